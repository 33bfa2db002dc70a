import { useState } from "preact/hooks";
import type { DirectoryObject } from "../calls/answers.js";
import { act } from "../live/notices.js";
import { Form, TextField } from "../parts/field.js";
import { ObjectPane } from "./object-pane.js";

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
  return (
    <ObjectPane kind="users" id={id} properties={properties}>
      {(user) => <Manager user={user} />}
    </ObjectPane>
  );
}
