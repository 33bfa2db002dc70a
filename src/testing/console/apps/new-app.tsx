import { useState } from "preact/hooks";
import { goTo, linkTo } from "../address.js";
import type { AppShown } from "../calls/answers.js";
import { act } from "../live/notices.js";
import { Form, TextField } from "../parts/field.js";
import { Pane } from "../parts/pane.js";

const listOf = (text: string) => text.split(/[\s,]+/).filter(Boolean);

export function NewApp() {
  const [name, setName] = useState("");
  const [roles, setRoles] = useState("");
  const [asksFor, setAsksFor] = useState("");
  const register = async () => {
    const body = { name, roles: listOf(roles), asksFor: listOf(asksFor) };
    const made = await act<AppShown>([{ method: "POST", path: "api/apps", body }], `${name} is registered`);
    if (made) goTo("apps", made.answer.clientId);
  };
  return (
    <Pane title="Register an app" closeTo={linkTo("apps")} of="new">
      <Form onSend={register}>
        <TextField label="Name" value={name} onInput={setName} required />
        <TextField
          label="Granted permissions"
          value={roles}
          onInput={setRoles}
          hint="Such as User.Read.All, GroupMember.Read.All; none, if left blank"
        />
        <TextField
          label="Asks an administrator for"
          value={asksFor}
          onInput={setAsksFor}
          hint="What its consent page lists"
        />
        <div class="actions">
          <button type="submit" class="primary">
            Register
          </button>
        </div>
      </Form>
    </Pane>
  );
}
