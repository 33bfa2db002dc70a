/** Application permissions of which one is enough; first the one to ask for. */
type OneOf = readonly string[];

const directory = ["Directory.Read.All", "Directory.ReadWrite.All"];
const users: OneOf = ["User.Read.All", "User.ReadWrite.All", ...directory];
const groups: OneOf = [
  "GroupMember.Read.All",
  "Group.ReadBasic.All",
  "Group.Read.All",
  "Group.ReadWrite.All",
  ...directory,
];

/**
 * What the library's functions need; of those that take a path it depends on the path.
 * Source: permissions/new/permissions.json of microsoftgraph/microsoft-graph-devx-content at 6cbd6bb, 2026-08-07.
 * @see https://learn.microsoft.com/graph/permissions-reference
 */
export const neededPermissions = {
  listUsers: [["User.Read.All", "User.ReadBasic.All", ...users]],
  countUsers: [["User.Read.All", "User.ReadBasic.All", ...users]],
  deltaUsers: [users],
  deltaGroups: [groups],
  readByIds: [["Directory.Read.All", "User.Read.All"]],
  readDirectory: [users, groups],
} as const satisfies Readonly<Record<string, readonly OneOf[]>>;

export type FunctionName = keyof typeof neededPermissions;

export const isFunctionName = (name: string): name is FunctionName => Object.hasOwn(neededPermissions, name);

/** Permissions to ask for, so that a function can be used; none where it can be. */
export function lacking(name: FunctionName, granted: readonly string[]): string[] {
  const needs: readonly OneOf[] = neededPermissions[name];
  return needs.filter((oneOf) => !oneOf.some((permission) => granted.includes(permission))).map(([first]) => first!);
}
