import { useState } from "preact/hooks";
import { keysAreOn, switchKeys } from "./keys.js";
import { useKnown } from "./live/known.js";
import { Dialog } from "./parts/dialog.js";
import { CheckField } from "./parts/field.js";

const keys = [
  ["1 – 6", "the pages"],
  ["/", "search"],
  ["j, k", "next and previous row"],
  ["Enter", "open the row"],
  ["Esc", "close, and back to the row"],
  ["p", "pause the log"],
  ["?", "this help"],
];

export function KeysDialog({ onClose }: { onClose(): void }) {
  const [on, setOn] = useState(keysAreOn());
  const { health } = useKnown();
  const toggle = (checked: boolean) => {
    switchKeys(checked);
    setOn(checked);
  };
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl class="facts keys">
        {keys.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <CheckField checked={on} onChange={toggle}>
        Single keys do something
      </CheckField>
      <p class="quiet">
        Whatever this console does is a call that a shell can make: <code>GET /_emulator/api</code> lists them.
        {health?.version && ` graph-app-identity ${health.version}.`}
      </p>
      <form method="dialog" class="actions end">
        <button type="submit">Close</button>
      </form>
    </Dialog>
  );
}
