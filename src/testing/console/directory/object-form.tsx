import { useState } from "preact/hooks";
import type { DirectoryObject } from "../calls/answers.js";
import { act } from "../live/notices.js";
import { CheckField, Form, TextField } from "../parts/field.js";

interface ObjectFormProps {
  kind: "users" | "groups";
  object: DirectoryObject;
  /** Property and what it is called; all of them text. */
  properties: Readonly<Record<string, string>>;
}

const textOf = (value: unknown) => (typeof value === "string" ? value : "");

/** Some properties to be changed. Only what was changed is sent; what was emptied becomes null, as in Graph. */
export function ObjectForm({ kind, object, properties }: ObjectFormProps) {
  const [changed, setChanged] = useState<Record<string, string | boolean | null>>({});
  const names = Object.keys(changed).filter((name) => changed[name] !== (object[name] ?? null));
  const save = async () => {
    const body = Object.fromEntries(names.map((name) => [name, changed[name]]));
    const said = `${textOf(object.displayName)}: ${names.join(", ")} changed`;
    if (await act([{ method: "PATCH", path: `api/${kind}/${object.id}`, body }], said)) setChanged({});
  };
  return (
    <Form onSend={save}>
      <div class="fields two">
        {Object.entries(properties).map(([name, label]) => (
          <TextField
            key={name}
            label={label}
            value={textOf(name in changed ? changed[name] : object[name])}
            onInput={(value) => setChanged({ ...changed, [name]: value === "" ? null : value })}
          />
        ))}
      </div>
      {kind === "users" && (
        <CheckField
          checked={(changed.accountEnabled ?? object.accountEnabled) === true}
          onChange={(checked) => setChanged({ ...changed, accountEnabled: checked })}
        >
          Account enabled
        </CheckField>
      )}
      <div class="actions">
        <button type="submit" class="primary" disabled={names.length === 0}>
          Save
        </button>
        {names.length > 0 && (
          <button type="button" onClick={() => setChanged({})}>
            Undo
          </button>
        )}
      </div>
    </Form>
  );
}
