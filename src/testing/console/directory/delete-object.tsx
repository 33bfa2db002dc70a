import { useState } from "preact/hooks";
import { goTo } from "../address.js";
import type { DirectoryObject } from "../calls/answers.js";
import { act } from "../live/notices.js";
import { confirm } from "../parts/dialog.js";
import { CheckField } from "../parts/field.js";

/** Into the bin, or for good. */
export function DeleteObject({ kind, object }: { kind: "users" | "groups"; object: DirectoryObject }) {
  const [permanently, setPermanently] = useState(false);
  const name = String(object.displayName);
  const path = `api/${kind}/${object.id}${permanently ? "?permanently=true" : ""}`;
  const ask = () =>
    confirm({
      title: `Delete ${name}?`,
      text: permanently ? "For good: it can't be restored." : "It goes among the deleted, as in a real directory.",
      doIt: "Delete",
      async onYes() {
        if (await act([{ method: "DELETE", path }], `${name} is deleted`)) goTo("directory", kind);
      },
    });
  return (
    <div class="actions">
      <button type="button" class="small danger" onClick={ask}>
        Delete…
      </button>
      <CheckField checked={permanently} onChange={setPermanently}>
        for good
      </CheckField>
    </div>
  );
}
