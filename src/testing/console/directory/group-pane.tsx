import { linkTo } from "../address.js";
import type { DirectoryObject } from "../calls/answers.js";
import { useAnswer } from "../live/use-answer.js";
import { Code } from "../parts/code.js";
import { Pane } from "../parts/pane.js";
import { DeleteObject } from "./delete-object.js";
import { ObjectForm } from "./object-form.js";
import { Related } from "./related.js";

const properties = { displayName: "Display name", description: "Description", mail: "Mail", visibility: "Visibility" };

export function GroupPane({ id }: { id: string }) {
  const { answer: group, failure } = useAnswer<DirectoryObject>(`api/groups/${encodeURIComponent(id)}`);
  const title = group ? String(group.displayName ?? id) : (failure ?? "Group");
  return (
    <Pane title={title} closeTo={linkTo("directory", "groups")} of={id}>
      {group && (
        <>
          <ObjectForm kind="groups" object={group} properties={properties} />
          <Related group={group} relation="members" title="Members" one="member" />
          <Related group={group} relation="owners" title="Owners" one="owner" />
          <DeleteObject kind="groups" object={group} />
          <details>
            <summary>JSON</summary>
            <Code text={JSON.stringify(group, undefined, 2)} label="JSON" />
          </details>
        </>
      )}
    </Pane>
  );
}
