export type { App, AppOptions, FederatedCredentialOptions, SecretOptions } from "./app.js";
export {
  type ClientCertificate,
  type ClientCertificateOptions,
  createClientCertificate,
} from "./client-certificate.js";
export type { DirectorySizes } from "./directory/directory.js";
export type { TenantContents } from "./directory/tenant-contents.js";
export type {
  DirectoryUser,
  GroupProperties,
  TenantGroups,
  TenantObjects,
  TenantUsers,
  UserProperties,
} from "./directory/tenant-objects.js";
export type { EmulatedTenant } from "./emulated-tenant.js";
export {
  type ControlSettings,
  type Emulator,
  type EmulatorOptions,
  type MovableClock,
  startEmulator,
} from "./emulator.js";
export type { AadstsCode } from "./entra/aadsts.js";
export type { ErrorSeparator } from "./entra/failure.js";
export type { Strictness } from "./entra/strictness.js";
export type { Fault, FaultMatch, Faults } from "./faults/faults.js";
export type { GraphSwitches } from "./graph/switches.js";
export type { ChallengeSpelling } from "./graph/verify-bearer.js";
export type { TenantOptions } from "./tenant.js";
export type { RecordedRequest, RequestAdvice } from "./wire/request-log.js";
