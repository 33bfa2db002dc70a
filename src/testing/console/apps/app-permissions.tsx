import { useState } from "preact/hooks";
import { type AppShown, graphRoles } from "../calls/answers.js";
import { useKnown } from "../live/known.js";
import { act } from "../live/notices.js";
import { Form, TextField } from "../parts/field.js";
import { knownPermissions } from "./known-permissions.js";

function grant({ clientId, name }: AppShown, roles: string[]) {
  const said = `${roles.join(", ")} is granted to ${name}, from its next token on`;
  return act([{ method: "POST", path: `api/apps/${clientId}/roles`, body: { roles } }], said);
}

function withdraw({ clientId, name }: AppShown, role: string) {
  const path = `api/apps/${clientId}/roles/${encodeURIComponent(role)}`;
  return act([{ method: "DELETE", path }], `${role} is withdrawn from ${name}, from its next token on`);
}

/** What it was refused for or asks for, and hasn't got. */
function useWanted(app: AppShown): Map<string, string> {
  const { refusals } = useKnown();
  const has = graphRoles(app);
  const wanted = new Map(app.asksFor.map((role) => [role, "asked for"]));
  for (const { entry, asked } of refusals.values()) {
    if (entry.app !== app.clientId) continue;
    for (const role of entry.advice?.lacks ?? []) wanted.set(role, `refused: ${asked.at(-1)}`);
  }
  for (const role of has) wanted.delete(role);
  return wanted;
}

/** Over sixty lines: most of them are markup. */
export function AppPermissions({ app }: { app: AppShown }) {
  const [role, setRole] = useState("");
  const wanted = useWanted(app);
  const roles = graphRoles(app);
  const others = Array.isArray(app.roles) ? [] : Object.entries(app.roles as Record<string, string[]>);
  const add = async () => {
    if (await grant(app, [role.trim()])) setRole("");
  };
  return (
    <section>
      <h3>Permissions</h3>
      {roles.length === 0 && <p class="quiet">None is granted.</p>}
      <ul class="chips">
        {roles.map((each) => (
          <li key={each}>
            {each}
            <button type="button" aria-label={`Withdraw ${each}`} title="Withdraw" onClick={() => withdraw(app, each)}>
              ✕
            </button>
          </li>
        ))}
      </ul>
      {others
        .filter(([api]) => api !== "https://graph.microsoft.com")
        .map(([api, granted]) => (
          <p key={api} class="quiet">
            On {api}: {granted.join(", ")}
          </p>
        ))}
      {wanted.size > 0 && (
        <ul class="wanted">
          {[...wanted].map(([each, why]) => (
            <li key={each}>
              <span>
                {each} <small>{why}</small>
              </span>
              <button
                type="button"
                class="small primary"
                aria-label={`Grant ${each}`}
                onClick={() => grant(app, [each])}
              >
                Grant
              </button>
            </li>
          ))}
        </ul>
      )}
      <Form onSend={add}>
        <div class="row">
          <TextField
            label="Permission on Microsoft Graph"
            value={role}
            onInput={setRole}
            list="permissions"
            placeholder="GroupMember.Read.All"
            required
          />
          <button type="submit">Grant it</button>
        </div>
        <datalist id="permissions">
          {knownPermissions.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </Form>
    </section>
  );
}
