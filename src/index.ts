// Who are we
export type { AccessTokenOptions, AppIdentity, GraphTokenRequest } from "./access-token.js";
export type { Cloud, CloudHosts, CloudName } from "./clouds.js";
export type {
  AssertionContext,
  CertificateOptions,
  CredentialOptions,
  TokenSource,
} from "./identity/credentials/credential.js";
export type { TokenEvent, TokenEventName } from "./identity/tokens/token-events.js";
export type { AppIdentityOptions } from "./identity/configuration/options.js";
export type { OptionOverrides } from "./identity/configuration/overrides.js";
export { type Parameters, readParameters } from "./identity/configuration/parameters.js";
export { AppIdentityAuthProvider, type AzureAccessToken, type GetTokenOptions } from "./identity/provider.js";
export type { TokenStore } from "./identity/tokens/token-store.js";
export type { Verification, VerifyOptions } from "./identity/verify.js";

// How we speak to Graph
export { type CountOptions, countAll } from "./graph/count-all.js";
export { createGraphClient, type GraphClientOptions } from "./graph/client.js";
export { type AnyPath, type ListAllOptions, listAll } from "./graph/list-all.js";
export type { ChangeOptions } from "./graph/list-changes.js";
export type { ListOptions } from "./graph/list-options.js";
export type { Changes } from "./graph/paging/change-round.js";
export type { CutExpansion } from "./graph/paging/expansions.js";
export type { RelatedObject, RelationChange } from "./graph/paging/merge-changes.js";
export type { Listing, PagingOptions } from "./graph/paging/listing.js";
export { type ODataGuid, type ODataScalar, type ODataValue, odata } from "./graph/query/odata.js";
export type { ChangePage, Page } from "./graph/paging/page-walk.js";
export type { ListProgress } from "./graph/paging/progress.js";
export type { KnownPath } from "./graph/paths/known-paths.js";
export type { NamesAtRunTime, Unforeseen } from "./graph/paths/names-at-run-time.js";
export type { ExpansionAt, Listed, OrderAt, PropertyAt, RelationAt } from "./graph/paths/path-types.js";
export type { RetryOptions } from "./graph/requests/attempt-policy.js";

// What we ask
export { type DirectoryObjectType, type ReadByIdsOptions, readByIds } from "./directory/read-by-ids.js";
export {
  type Read,
  type ReadEachOptions,
  type ReadProgress,
  readEach,
  type Unread,
} from "./graph/read-each.js";
export type { ValueAt } from "./graph/paths/value-types.js";
export { type CountUsersOptions, countUsers } from "./users/count-users.js";
export {
  type DeltaUsersOptions,
  deltaUsers,
  type UserChange,
  type UserChanges,
  type WatchedUserProperty,
} from "./users/delta-users.js";
export { type ListUsersOptions, listUsers, type UserOrder } from "./users/list-users.js";
export type {
  DefaultUserProperty,
  ListedUser,
  UserExpansion,
  UserProperty,
  UserRelation,
} from "./users/user-properties.js";

export { type ChangeOf, deltaAll } from "./directory/delta-all.js";
export {
  type ChangedGroup,
  type DeltaGroupsOptions,
  deltaGroups,
  type GroupChange,
  type GroupChanges,
} from "./directory/delta-groups.js";
export type { DefaultGroupProperty, GroupProperty, GroupRelation } from "./directory/group-properties.js";

export type { DirectoryChange, DirectoryPage, MembershipChange } from "./directory/read-directory/directory-change.js";
export type { DirectoryProgress, DirectorySummary } from "./directory/read-directory/directory-feed.js";
export {
  type DirectoryFeed,
  type ReadDirectoryOptions,
  readDirectory,
} from "./directory/read-directory/read-directory.js";

// What can go wrong, and who is told
export {
  AppIdentityError,
  type AppIdentityErrorCode,
  type AppIdentityErrorDetails,
  isAppIdentityError,
} from "./errors.js";
export type { BatchStep, GraphEvent, GraphOperation } from "./graph/telemetry/operation.js";
export type { Logger } from "./logger.js";
export type { Fetch } from "./http/fetch.js";

// What our signatures use of others: programs find it here where their package manager keeps it from them, as pnpm does
export type { AuthenticationProvider, Client, GraphRequest } from "@microsoft/microsoft-graph-client";
export type * from "@microsoft/microsoft-graph-types";
