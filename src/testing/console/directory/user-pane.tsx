import { useState } from "preact/hooks";
import { linkTo } from "../address.js";
import type { DirectoryObject } from "../calls/answers.js";
import { act } from "../live/notices.js";
import { useAnswer } from "../live/use-answer.js";
import { Code } from "../parts/code.js";
import { Form, TextField } from "../parts/field.js";
import { Pane } from "../parts/pane.js";
import { DeleteObject } from "./delete-object.js";
import { ObjectForm } from "./object-form.js";

const properties = {
  displayName: "Display name",
  userPrincipalName: "User principal name",
  mail: "Mail",
  jobTitle: "Job title",
  department: "Department",
  officeLocation: "Office",
  city: "City",
  country: "Country",
} as const;

function Manager({ user }: { user: DirectoryObject }) {
  const [manager, setManager] = useState("");
  const known = user.manager as Partial<DirectoryObject> | null | undefined;
  const change = async () => {
    const said = `${user.displayName} has another manager`;
    if (await act([{ method: "PATCH", path: `api/users/${user.id}`, body: { manager } }], said)) setManager("");
  };
  return (
    <Form onSend={change}>
      <div class="row">
        <TextField
          label="Manager"
          value={manager}
          onInput={setManager}
          hint={known?.id ? `Now: ${known.displayName ?? known.id}` : ""}
          placeholder="user principal name or id"
          required
        />
        <button type="submit">Set</button>
      </div>
    </Form>
  );
}

export function UserPane({ id }: { id: string }) {
  const { answer: user, failure } = useAnswer<DirectoryObject>(`api/users/${encodeURIComponent(id)}`);
  const title = user ? String(user.displayName ?? id) : (failure ?? "User");
  return (
    <Pane title={title} closeTo={linkTo("directory", "users")} of={id}>
      {user && (
        <>
          <ObjectForm kind="users" object={user} properties={properties} />
          <Manager user={user} />
          <DeleteObject kind="users" object={user} />
          <details>
            <summary>JSON</summary>
            <Code text={JSON.stringify(user, undefined, 2)} label="JSON" />
          </details>
        </>
      )}
    </Pane>
  );
}
