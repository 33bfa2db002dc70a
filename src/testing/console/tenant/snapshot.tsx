import { useState } from "preact/hooks";
import { ask, curl } from "../calls/call.js";
import { act, say } from "../live/notices.js";
import { Card } from "../parts/card.js";
import { confirm } from "../parts/dialog.js";
import { CheckField } from "../parts/field.js";
import { saveFile } from "./save-file.js";

/** All that was changed, as a file, and back. */
export function Snapshot() {
  const [full, setFull] = useState(false);
  const [file, setFile] = useState<File>();
  const save = async () => {
    const path = full ? "api/snapshot?full=true" : "api/snapshot";
    try {
      saveFile("emulator.json", await ask("GET", path));
      say({ text: "The snapshot is saved as emulator.json", failed: false, curl: curl({ method: "GET", path }) });
    } catch (failure) {
      say({ text: (failure as Error).message, failed: true });
    }
  };
  const load = () => {
    if (!file) return;
    confirm({
      title: `Put ${file.name} in place of all that is here?`,
      text: "What is here and isn't in the file is gone.",
      doIt: "Replace",
      async onYes() {
        const body = await file.text();
        await act([{ method: "PUT", path: "api/snapshot", body }], `The tenant is now that of ${file.name}`);
      },
    });
  };
  return (
    <Card title="Import and export">
      <p class="quiet">
        A snapshot holds what was changed, and no secret's value. The command takes it as <code>--import</code>.
      </p>
      <div class="actions">
        <button type="button" onClick={save}>
          Export
        </button>
        <CheckField checked={full} onChange={setFull}>
          with everybody in it
        </CheckField>
      </div>
      <label class="field">
        <span>Snapshot to import</span>
        <input type="file" accept=".json" onChange={({ currentTarget }) => setFile(currentTarget.files?.[0])} />
      </label>
      <div class="actions">
        <button type="button" disabled={!file} onClick={load}>
          Import…
        </button>
      </div>
    </Card>
  );
}
