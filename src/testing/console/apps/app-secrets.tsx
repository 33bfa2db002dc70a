import { useState } from "preact/hooks";
import type { AppShown, SecretMade, SecretShown } from "../calls/answers.js";
import { act } from "../live/notices.js";
import { useNow } from "../live/use-now.js";
import { CopyButton } from "../parts/copy-button.js";
import { confirm } from "../parts/dialog.js";
import { Form, SelectField } from "../parts/field.js";
import { dayAndTime } from "../parts/formats.js";

const lives = {
  "": "Never",
  "1": "In a day",
  "90": "In 90 days",
  "180": "In 180 days",
  "-1": "Yesterday: it has expired",
};
const dayMs = 86_400_000;

export function AppSecrets({ app }: { app: AppShown }) {
  const now = useNow();
  const [days, setDays] = useState("");
  const [made, setMade] = useState<SecretMade>();
  const path = `api/apps/${app.clientId}/secrets`;
  const make = async () => {
    const body = days === "" ? {} : { expiresAt: new Date(now + Number(days) * dayMs).toISOString() };
    setMade((await act<SecretMade>([{ method: "POST", path, body }], `${app.name} has a new secret`))?.answer);
  };
  const remove = ({ id, hint }: SecretShown) =>
    confirm({
      title: `Delete the secret that ends in ${hint}?`,
      text: "Programs that show it are refused from now on.",
      doIt: "Delete",
      onYes: () =>
        void act([{ method: "DELETE", path: `${path}/${id}` }], `The secret that ended in ${hint} is deleted`),
    });
  return (
    <section>
      <h3>Secrets</h3>
      {made && (
        <div class="made">
          <p>The value is shown this once:</p>
          <p class="copyable">
            <code data-secret>{made.value}</code> <CopyButton text={made.value} what="Secret" />
          </p>
        </div>
      )}
      {app.secrets.length === 0 && <p class="quiet">None.</p>}
      <ul class="rows">
        {app.secrets.map((secret) => {
          const ends = secret.expiresAt === null ? undefined : Date.parse(secret.expiresAt);
          const expired = ends !== undefined && ends <= now;
          return (
            <li key={secret.id}>
              <span>
                <code>…{secret.hint}</code> <small>{ends === undefined ? "never expires" : dayAndTime(ends)}</small>
                {expired && <span class="tag warn">expired</span>}
              </span>
              <button
                type="button"
                class="small"
                aria-label={`Delete the secret that ends in ${secret.hint}`}
                onClick={() => remove(secret)}
              >
                Delete…
              </button>
            </li>
          );
        })}
      </ul>
      <Form onSend={make}>
        <div class="row">
          <SelectField label="Expires" value={days} choices={lives} onChoose={setDays} />
          <button type="submit">New secret</button>
        </div>
      </Form>
    </section>
  );
}
