import { useEffect, useRef, useState } from "preact/hooks";
import { curl } from "../calls/call.js";
import type { Call } from "../calls/curl.js";
import { act } from "../live/notices.js";
import { Code } from "../parts/code.js";
import { copy } from "../parts/copy-button.js";
import { Form, SelectField, TextField } from "../parts/field.js";
import { blankDraft, effects, type FaultDraft, faultOf } from "./draft.js";
import { wantedFault } from "./wanted-fault.js";

const services = { "": "Both", graph: "Graph", entra: "Entra" };
const methods = { "": "Any", GET: "GET", POST: "POST", PATCH: "PATCH", DELETE: "DELETE" };

/** What the effect that was chosen needs to know. */
const detailsOf: Readonly<Record<string, readonly (readonly [keyof FaultDraft, string, ("number" | "text")?])[]>> = {
  status: [
    ["status", "Status"],
    ["retryAfter", "Retry-After, in seconds"],
  ],
  aadsts: [["aadsts", "AADSTS code"]],
  delayMs: [["delayMs", "Milliseconds"]],
  body: [
    ["status", "Status"],
    ["body", "Body, JSON or any text", "text"],
  ],
};

export function FaultForm({ focused }: { focused: boolean }) {
  const [draft, setDraft] = useState<FaultDraft>({ ...blankDraft, ...wantedFault.get() });
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    wantedFault.set({});
    if (focused) heading.current?.focus();
  }, [focused]);
  const field = (name: keyof FaultDraft, label: string, type: "number" | "text" = "number", hint = "") => (
    <TextField
      key={name}
      label={label}
      type={type}
      value={draft[name]}
      onInput={(value) => setDraft({ ...draft, [name]: value })}
      hint={hint}
    />
  );
  const choice = (name: keyof FaultDraft, label: string, choices: Readonly<Record<string, string>>) => (
    <SelectField
      label={label}
      value={draft[name]}
      choices={choices}
      onChoose={(value) => setDraft({ ...draft, [name]: value })}
    />
  );
  const asked: Call = { method: "POST", path: "api/faults", body: faultOf(draft) };
  const line = curl(asked);
  return (
    <section class="card" aria-labelledby="own-fault">
      <h3 id="own-fault" ref={heading} tabIndex={-1}>
        A fault of your own
      </h3>
      <Form onSend={() => void act([asked], "The fault is armed")}>
        <div class="fields">
          {choice("service", "Service", services)}
          {choice("method", "Method", methods)}
          {field("path", "Path holds", "text")}
          {choice("effect", "The answer", effects)}
          {(detailsOf[draft.effect] ?? []).map(([name, label, type]) => field(name, label, type))}
          {field("nth", "Only the n-th that fits")}
          {field("times", "How often", "number", "once, if left blank")}
          {field("chance", "Chance, 0 to 1")}
        </div>
        <Code text={line} label="The same with curl" />
        <div class="actions">
          <button type="submit" class="primary">
            Arm
          </button>
          <button type="button" onClick={() => copy(line, "The curl line")}>
            Copy as curl
          </button>
        </div>
      </Form>
    </section>
  );
}
