import type { Member } from "../../directory/collection.js";
import { isoSeconds } from "../../directory/iso-seconds.js";
import { allOf, eachOf } from "../../directory/object-set.js";
import { reportsHost, serviceOfHost } from "../../wire/hosts.js";
import type { WireReply } from "../../wire/messages.js";
import type { PathSegment } from "../address.js";
import type { Asked } from "../asked.js";
import { badRequest } from "../refusal.js";
import type { Route } from "../routes.js";
import type { EndpointContext } from "./endpoint-context.js";

const periods = ["D7", "D30", "D90", "D180"];
const day = 86_400_000;

/** Columns of a report about users, each made of one of them and the day of the report. */
type Columns = Readonly<Record<string, (user: Member, reportDate: string) => unknown>>;

const dateOf = (value: unknown) => (typeof value === "string" ? value.slice(0, 10) : "");
const lastActivity = (user: Member) =>
  dateOf((user("signInActivity") as { lastSignInDateTime?: string } | null)?.lastSignInDateTime);
const has = (user: Member) => (user("assignedLicenses") as unknown[]).length > 0;
const yesNo = (value: boolean) => (value ? "True" : "False");

/**
 * The reports that are served; the columns are the documented ones, as far as the people here have something to show.
 * @see https://learn.microsoft.com/graph/api/reportroot-getoffice365activeuserdetail
 */
const reports: Readonly<Record<string, Columns>> = {
  getOffice365ActiveUserDetail: {
    "Report Refresh Date": (_, date) => date,
    "User Principal Name": (user) => user("userPrincipalName"),
    "Display Name": (user) => user("displayName"),
    "Is Deleted": () => "False",
    "Deleted Date": () => "",
    "Has Exchange License": (user) => yesNo(has(user)),
    "Has Teams License": (user) => yesNo(has(user)),
    "Exchange Last Activity Date": (user) => (has(user) ? lastActivity(user) : ""),
    "Teams Last Activity Date": (user) => (has(user) ? lastActivity(user) : ""),
    "Exchange License Assign Date": (user) => (has(user) ? dateOf(user("createdDateTime")) : ""),
    "Assigned Products": (user) => (has(user) ? "OFFICE 365 E3" : ""),
  },
  getEmailActivityUserDetail: {
    "Report Refresh Date": (_, date) => date,
    "User Principal Name": (user) => user("userPrincipalName"),
    "Display Name": (user) => user("displayName"),
    "Is Deleted": () => "False",
    "Last Activity Date": lastActivity,
    "Assigned Products": (user) => (has(user) ? "OFFICE 365 E3" : ""),
  },
};

/** A download: its address is all it takes to get it, and only for a few minutes. */
interface Download {
  report: string;
  date: string;
  until: number;
}

const lifetime = 5 * 60_000;
const mostRows = 100_000;

/** A report is a redirect to where it can be downloaded. */
export function reportRoutes({ directory, clock, seal }: EndpointContext): Route[] {
  function answer({ request }: Asked, report: string, span: PathSegment): WireReply {
    const today = Math.floor(clock.now() / day) * day;
    checkSpan(span, today);
    const date = span.property === "date" ? span.text : isoSeconds(today - 2 * day).slice(0, 10);
    const content: Download = { report, date, until: clock.now() + lifetime };
    const id = `${directory.tenantId}.${seal({ download: content })}`;
    // Under the emulator's own name the download is there as well.
    const origin = serviceOfHost(request.url.hostname) ? `https://${reportsHost}` : request.url.origin;
    const location = `${origin}/data/download/${id}`;
    return { status: 302, headers: { "content-type": "text/plain", location }, body: "" };
  }

  return Object.keys(reports).flatMap((report): Route[] => [
    {
      method: "GET",
      path: `reports/${report}/{span}`,
      answer: (asked, span) => answer(asked, report, span),
    },
    // Without a span there is nothing to be allowed.
    {
      method: "GET",
      path: `reports/${report}`,
      authorizes: true,
      answer: (asked) => answer(asked, report, { text: "" }),
    },
  ]);
}

/** `period='D7'` or `date=2026-11-20`, exactly one of them. */
function checkSpan({ text, property }: PathSegment, today: number): void {
  if (property === "period" && periods.includes(text)) return;
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  if (property === "date" && at <= today && at >= today - 30 * day) return;
  throw badRequest(`Invalid value specified for parameter '${property ?? ""}'.`);
}

/** What a download's address gives; `undefined` for one that isn't good, or not any more. */
export function readDownload(
  { directory, clock }: Pick<EndpointContext, "directory" | "clock">,
  opened: unknown,
): string | undefined {
  const { report, date, until } = ((opened as { download?: Download } | undefined)?.download ??
    {}) as Partial<Download>;
  const columns = report === undefined ? undefined : reports[report];
  if (!columns || date === undefined || !(clock.now() <= Number(until))) return undefined;
  const lines = [Object.keys(columns)];
  for (const { collection, key } of eachOf(allOf(directory.populations.users))) {
    const user = collection.member(key);
    lines.push(Object.values(columns).map((make) => cell(make(user, date))));
    if (lines.length > mostRows) break;
  }
  return `\uFEFF${lines.map((line) => line.join(",")).join("\r\n")}\r\n`;
}

function cell(value: unknown): string {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
