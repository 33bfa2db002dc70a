import { useState } from "preact/hooks";
import { goTo, linkTo } from "../address.js";
import type { DirectoryObject } from "../calls/answers.js";
import { useKnown } from "../live/known.js";
import { act } from "../live/notices.js";
import { Form, TextField } from "../parts/field.js";
import { Pane } from "../parts/pane.js";

const fields = {
  users: { userPrincipalName: "User principal name", department: "Department", jobTitle: "Job title" },
  groups: { description: "Description" },
} as const;

/** What is left blank is made up, as for everybody else. */
export function NewObject({ kind }: { kind: "users" | "groups" }) {
  const { health } = useKnown();
  const [given, setGiven] = useState<Record<string, string>>({});
  const one = kind === "users" ? "user" : "group";
  const add = async () => {
    const body = Object.fromEntries(Object.entries(given).filter(([, value]) => value.trim() !== ""));
    const said = `${given.displayName || `A ${one}`} is added`;
    const added = await act<DirectoryObject>([{ method: "POST", path: `api/${kind}`, body }], said);
    if (added) goTo("directory", kind, added.answer.id);
  };
  return (
    <Pane title={`Add a ${one}`} closeTo={linkTo("directory", kind)} of="new">
      <Form onSend={add}>
        {Object.entries({ displayName: "Display name", ...fields[kind] }).map(([name, label]) => (
          <TextField
            key={name}
            label={label}
            value={given[name] ?? ""}
            onInput={(value) => setGiven({ ...given, [name]: value })}
            placeholder={name === "userPrincipalName" ? `ada@${health?.domain ?? "contoso.onmicrosoft.com"}` : ""}
            required={name === "displayName"}
          />
        ))}
        <p class="quiet">What is left blank is made up.</p>
        <div class="actions">
          <button type="submit" class="primary">
            Add
          </button>
        </div>
      </Form>
    </Pane>
  );
}
