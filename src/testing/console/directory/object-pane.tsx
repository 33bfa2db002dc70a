import type { ComponentChildren } from "preact";
import { linkTo } from "../address.js";
import type { DirectoryObject } from "../calls/answers.js";
import { useAnswer } from "../live/use-answer.js";
import { Code } from "../parts/code.js";
import { Pane } from "../parts/pane.js";
import { DeleteObject } from "./delete-object.js";
import { ObjectForm } from "./object-form.js";

interface ObjectPaneProps {
  kind: "users" | "groups";
  id: string;
  /** What may be changed, and what it is called. */
  properties: Readonly<Record<string, string>>;
  /** Whom it is related to. */
  children(object: DirectoryObject): ComponentChildren;
}

/** One object: its properties, whom it is related to, its end, and all of it as JSON. */
export function ObjectPane({ kind, id, properties, children }: ObjectPaneProps) {
  const { answer: object, failure } = useAnswer<DirectoryObject>(`api/${kind}/${encodeURIComponent(id)}`);
  const title = object ? String(object.displayName ?? id) : (failure ?? (kind === "users" ? "User" : "Group"));
  return (
    <Pane title={title} closeTo={linkTo("directory", kind)} of={id}>
      {object && (
        <>
          <ObjectForm kind={kind} object={object} properties={properties} />
          {children(object)}
          <DeleteObject kind={kind} object={object} />
          <details>
            <summary>JSON</summary>
            <Code text={JSON.stringify(object, undefined, 2)} label="JSON" />
          </details>
        </>
      )}
    </Pane>
  );
}
