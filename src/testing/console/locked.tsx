import { useState } from "preact/hooks";
import { hasToken, keepToken } from "./calls/call.js";
import { followWhileSeen } from "./live/follow.js";
import { Form, TextField } from "./parts/field.js";

/** Beyond loopback, whoever controls the emulator has to show a token. */
export function Locked() {
  const [token, setToken] = useState("");
  const open = () => {
    keepToken(token);
    followWhileSeen();
  };
  return (
    <section class="card narrow">
      <h2>This emulator wants a token</h2>
      <p>
        {hasToken() ? "That isn't it. " : ""}It was given to the command as <code>--control-token</code>. This tab keeps
        it until it is closed.
      </p>
      <Form onSend={open}>
        <TextField label="Control token" type="password" value={token} onInput={setToken} required />
        <div class="actions">
          <button type="submit" class="primary">
            Open the console
          </button>
        </div>
      </Form>
    </section>
  );
}
