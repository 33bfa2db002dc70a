import type { Collection, Member } from "../directory/collection.js";
import type { Directory } from "../directory/directory.js";
import { noneOf, type ObjectRef, type ObjectSet, passing } from "../directory/object-set.js";
import type { Navigation } from "../directory/relation-rules.js";
import type { Asked } from "./asked.js";
import { canRead, seesHidden, withheld } from "./permissions.js";

/** The directory as one caller sees it. */
export interface View {
  /** Whether more than the id of such objects may be shown. */
  readable(collection: Collection): boolean;
  /** An object, without what the app may not see of it. */
  member(object: ObjectRef): Member;
  /** Whether it isn't shown at all who is related, not even that somebody was. */
  hides(object: ObjectRef, navigation: Navigation): boolean;
  /** @param expanded by `$expand`, which shows what the relation's own address leaves out */
  related(object: ObjectRef, navigation: Navigation, expanded?: boolean): ObjectSet;
}

const isHidden = ({ collection, key }: ObjectRef) => collection.member(key)("visibility") === "HiddenMembership";

export function viewOf(directory: Directory, { caller, version }: Asked): View {
  const readable = new Map<Collection, boolean>();
  const hidden = new Map<Collection, ReadonlySet<string>>();
  const hides: View["hides"] = (object, { name, repeats = name }) =>
    repeats === "members" && !seesHidden(caller) && isHidden(object);
  return {
    readable(collection) {
      const known = readable.get(collection) ?? canRead(caller, collection);
      readable.set(collection, known);
      return known;
    },
    member({ collection, key }) {
      const read = collection.member(key);
      const without = hidden.get(collection) ?? withheld(caller, collection);
      hidden.set(collection, without);
      return without.size === 0 ? read : (property) => (without.has(property) ? null : read(property));
    },
    hides,
    related(object, navigation, expanded = false) {
      const found = directory.relations.from(object, navigation);
      const { name, repeats = name, kinds } = navigation;
      if (hides(object, navigation)) return noneOf(found.collections);
      if (!seesHidden(caller) && repeats === "memberOf") return passing(found, (group) => !isHidden(group));
      // A known issue of v1.0, documented as such.
      const left = object.collection.kind === "groups" && (repeats === "members" || name === "owners");
      if (!left || expanded || version === "beta") return found;
      return found.only(kinds.filter((kind) => kind !== "servicePrincipals"));
    },
  };
}
