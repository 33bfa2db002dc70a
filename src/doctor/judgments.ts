import { adminConsentUrl } from "../access-token.js";
import type * as Library from "../index.js";
import type { Finding } from "./findings.js";
import { type FunctionName, lacking } from "./needed-permissions.js";

/** Any of these lets an app read users. */
const readers = [
  "User.Read.All",
  "User.ReadBasic.All",
  "User.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
const soonMs = 30 * 86_400_000;
/** Entra takes no assertion from a clock that is off by five minutes. */
const noticeableSkewMs = 60_000;

export function rolesInWords({ roles }: Library.Verification): string {
  return roles ? `granted: ${roles.granted.join(", ") || "nothing"}` : "the token doesn't tell";
}

export function mayRead({ roles }: Library.Verification): boolean {
  return roles?.granted.some((role) => readers.includes(role)) ?? false;
}

export function judgeCredential({ kind, expiresOn }: Library.Verification["credential"]): Finding {
  if (expiresOn === undefined) return { status: "ok", detail: `${kind}, accepted` };
  const detail = `${kind}, accepted; it ends on ${expiresOn.toISOString().slice(0, 10)}`;
  if (expiresOn.getTime() - Date.now() > soonMs) return { status: "ok", detail };
  const remedy = "Make its successor now, upload that one's public half, and put it in place of this one.";
  return { status: "warning", detail, remedy };
}

/** By what is in the token: nothing is asked for. */
export function judgeFunctions(
  names: readonly FunctionName[],
  authProvider: Library.AppIdentityAuthProvider | undefined,
  found: Library.Verification | undefined,
): Finding {
  const granted = found?.roles?.granted;
  if (!authProvider || !granted)
    return { status: "not checked", ...(found && { detail: "the token doesn't tell what is granted" }) };
  const { cloud, tenantId, clientId } = authProvider;
  const entries = names.map((name) => [name, lacking(name, granted)] as const);
  const short = entries.filter(([, missing]) => missing.length > 0);
  const usable = entries.filter(([, missing]) => missing.length === 0).map(([name]) => name);
  const detail = [
    usable.length > 0 ? `can be used: ${usable.join(", ")}` : "",
    ...short.map(([name, missing]) => `${name} lacks ${missing.join(" and ")}`),
  ];
  if (short.length === 0) return { status: "ok", detail: detail.filter(Boolean).join("; ") };
  const wanted = [...new Set(short.flatMap(([, missing]) => missing))].join(", ");
  return {
    status: "failed",
    detail: detail.filter(Boolean).join("; "),
    remedy: `Give the app ${wanted} as application permissions, and have an administrator consent to them.`,
    adminConsentUrl: adminConsentUrl({ loginHost: cloud.loginHost, tenantId, clientId }),
    lacks: Object.fromEntries(short),
  };
}

export function judgeClock(skewMs: number): Finding {
  const apartMs = Math.abs(skewMs);
  if (apartMs < noticeableSkewMs) return { status: "ok", detail: "agrees with Entra's" };
  return {
    status: "warning",
    detail: `${Math.round(apartMs / 1000)} s ${skewMs > 0 ? "ahead of" : "behind"} Entra's`,
    remedy: "Let this machine set its clock by NTP: five minutes off, certificates and assertions are refused.",
  };
}
