import { useState } from "preact/hooks";
import { useKnown } from "../live/known.js";
import { act } from "../live/notices.js";
import { useNow } from "../live/use-now.js";
import { Card } from "../parts/card.js";
import { Form, TextField } from "../parts/field.js";
import { dayAndTime, duration, timeOfDay } from "../parts/formats.js";

const hourMs = 3_600_000;
const steps = { "+1 hour": hourMs, "+1 day": 24 * hourMs, "+30 days": 30 * 24 * hourMs } as const;

/** Time in the emulator: what expires, and when. */
export function Clock() {
  const { clock } = useKnown();
  const now = useNow();
  const [at, setAt] = useState("");
  const offset = clock?.offsetMs ?? 0;
  const real = Math.abs(offset) < 1000;
  const move = (body: object, said: string) => void act([{ method: "PATCH", path: "api/clock", body }], said);
  return (
    <Card title="Clock">
      <p class="big">
        <time>{`${dayAndTime(now).slice(0, 10)} ${timeOfDay(now)}`}</time>{" "}
        <small>{real ? "real time" : `${duration(offset)} ${offset > 0 ? "ahead" : "behind"}`}</small>
      </p>
      <p class="quiet">Tokens, secrets, certificates and delta links expire by this clock.</p>
      <div class="actions">
        {Object.entries(steps).map(([label, advanceMs]) => (
          <button type="button" key={label} onClick={() => move({ advanceMs }, `The clock is moved by ${label}`)}>
            {label}
          </button>
        ))}
        <button
          type="button"
          disabled={real}
          onClick={() => act([{ method: "DELETE", path: "api/clock" }], "The clock shows real time")}
        >
          Real time
        </button>
      </div>
      <Form onSend={() => move({ now: new Date(at).toISOString() }, `The clock is set to ${at.replace("T", " ")}`)}>
        <div class="row">
          <TextField label="Day and time" type="datetime-local" value={at} onInput={setAt} required />
          <button type="submit">Set</button>
        </div>
      </Form>
    </Card>
  );
}
