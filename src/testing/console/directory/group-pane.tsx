import { ObjectPane } from "./object-pane.js";
import { Related } from "./related.js";

const properties = { displayName: "Display name", description: "Description", mail: "Mail", visibility: "Visibility" };

export function GroupPane({ id }: { id: string }) {
  return (
    <ObjectPane kind="groups" id={id} properties={properties}>
      {(group) => (
        <>
          <Related group={group} relation="members" title="Members" one="member" />
          <Related group={group} relation="owners" title="Owners" one="owner" />
        </>
      )}
    </ObjectPane>
  );
}
