import type { DefaultUserProperty, ListedUser, UserProperty } from "../../users/user-properties.js";
import type { ChangedGroup } from "../delta-groups.js";
import type { DefaultGroupProperty, GroupProperty } from "../group-properties.js";

/** One thing to apply: an object as it is now, or that it is gone; or who came into a group, or left it. */
export type DirectoryChange<
  U extends UserProperty = DefaultUserProperty,
  G extends GroupProperty = DefaultGroupProperty,
> =
  | { kind: "user"; user: ListedUser<U | "id">; removed?: undefined }
  /** `changed` can be restored from the recycle bin, `deleted` can't. */
  | { kind: "user"; user: { id: string }; removed: "changed" | "deleted" }
  | { kind: "group"; group: ChangedGroup<G>; removed?: undefined }
  | { kind: "group"; group: { id: string }; removed: "changed" | "deleted" }
  | MembershipChange;

/** Somebody or something is in a group now, or isn't any more. The same may be told again. */
export interface MembershipChange {
  kind: "membership";
  groupId: string;
  memberId: string;
  /** Its kind, such as `user` or `group`, where Graph says it. */
  memberType?: string;
  removed?: true;
}

/** What one stream has to tell, and where it stands behind that: to be stored in one transaction. */
export interface DirectoryPage<
  U extends UserProperty = DefaultUserProperty,
  G extends GroupProperty = DefaultGroupProperty,
> {
  stream: string;
  changes: DirectoryChange<U, G>[];
  /** Takes this stream up again behind this page. At most 8,000 characters; holds links, ids and no credential. */
  cursor: string;
  /** What this stream told before is void, unless another has told it: what isn't among what follows is gone. */
  reset?: true;
  /** The last page of this stream in this call. */
  done?: true;
}
