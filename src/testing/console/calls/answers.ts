import type { AppOptions } from "../../app.js";
import type { Fault } from "../../faults/faults.js";
import type { GraphSwitches } from "../../graph/switches.js";
import type { RecordedRequest } from "../../wire/request-log.js";

/** What `GET health` tells. */
export interface Health {
  version?: string;
  pid: number;
  now: string;
  origin: string;
  tenantId: string;
  domain: string;
}

export interface SecretShown {
  id: string;
  /** Its last characters. */
  hint: string;
  expiresAt: string | null;
}

/** A secret just made: the only time that its value is told. */
export interface SecretMade extends SecretShown {
  value: string;
}

export interface CertificateShown {
  sha256: string;
  notBefore: string;
  notAfter: string;
}

export interface AppShown {
  clientId: string;
  name: string;
  objectId: string;
  roles: NonNullable<AppOptions["roles"]>;
  asksFor: string[];
  disabled: boolean;
  identifierUris: string[];
  secrets: SecretShown[];
  certificates: CertificateShown[];
}

export interface FaultShown extends Omit<Fault, "path" | "where" | "nextLink"> {
  id: number;
  path?: string | { pattern: string; flags: string };
  struck: number;
  /** `null`: without end. */
  left: number | null;
}

export interface ClockShown {
  now: string;
  offsetMs: number;
}

export type Switches = GraphSwitches;
export type Entry = RecordedRequest;

/** A user or a group, with Graph's names for its properties. */
export type DirectoryObject = Record<string, unknown> & { id: string };

/** Part of a list, and how many there are. */
export interface Listed<T> {
  value: T[];
  count: number;
}

/** Permissions on Microsoft Graph; those on other APIs stand beside them. */
export function graphRoles({ roles }: Pick<AppShown, "roles">): readonly string[] {
  if (Array.isArray(roles)) return roles as string[];
  return (roles as Readonly<Record<string, readonly string[]>>)["https://graph.microsoft.com"] ?? [];
}
