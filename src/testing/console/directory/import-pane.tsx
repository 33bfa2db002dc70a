import { useState } from "preact/hooks";
import { linkTo } from "../address.js";
import { act } from "../live/notices.js";
import { Form } from "../parts/field.js";
import { Pane } from "../parts/pane.js";

/** People from a file: those who are there already are brought up to date. */
export function ImportPane() {
  const [file, setFile] = useState<File>();
  const take = async () => {
    if (!file) return;
    const contentType = /\.csv$/i.test(file.name)
      ? "text/csv"
      : /\.(nd|l)json$|jsonl$/i.test(file.name)
        ? "application/x-ndjson"
        : "application/json";
    await act(
      [{ method: "POST", path: "api/import", body: await file.text(), contentType }],
      `${file.name} is imported`,
    );
  };
  return (
    <Pane title="Import users" closeTo={linkTo("directory", "users")} of="import">
      <p>
        JSON as Graph gives it, an array, NDJSON, or CSV with Graph's names in its first line. Those who are there
        already are brought up to date. All of it is taken, or nothing.
      </p>
      <Form onSend={take}>
        <label class="field">
          <span>File</span>
          <input
            type="file"
            accept=".json,.ndjson,.jsonl,.csv"
            required
            onChange={({ currentTarget }) => setFile(currentTarget.files?.[0])}
          />
        </label>
        <div class="actions">
          <button type="submit" class="primary">
            Import
          </button>
        </div>
      </Form>
    </Pane>
  );
}
