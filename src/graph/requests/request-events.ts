import { channel } from "node:diagnostics_channel";
import { URL } from "node:url";
import type { Clock } from "../../clock.js";
import type { AppIdentityErrorCode } from "../../errors.js";
import { segmentsOf } from "./throttle-scope.js";

/** The message on `graph-app-identity:graph:request`, when a request is over. Nothing secret, and nobody's id. */
export interface GraphRequestEvent {
  method: string;
  host: string;
  /** The path with its ids left out, as in `/v1.0/groups/{id}/owners`. */
  path: string;
  /** Of the last answer; absent where there was none. */
  status?: number;
  /** Requests sent, the first included. */
  attempts: number;
  /** What they cost, as Graph counts it. */
  resourceUnits: number;
  /** From the call until the end, waits included. */
  durationMs: number;
  /** How much of that was waiting: for a gate, a pace, or the next attempt. */
  waitedMs: number;
  /** Why it failed. */
  code?: AppIdentityErrorCode;
}

const requests = channel("graph-app-identity:graph:request");

/** What becomes of one request, for those who listen. */
export class RequestRecord {
  attempts = 0;
  answers = 0;
  waitedMs = 0;
  code: AppIdentityErrorCode | undefined;
  #status: number | undefined;
  #resourceUnits = 0;
  readonly #startedAt: number;

  constructor(
    private readonly request: { readonly address: string; readonly method?: string },
    private readonly clock: Clock,
  ) {
    this.#startedAt = clock.monotonic();
  }

  answered({ status, headers }: Response): void {
    this.answers += 1;
    this.#status = status;
    this.#resourceUnits += resourceUnits(headers);
  }

  publish(): void {
    if (!requests.hasSubscribers) return;
    const event: GraphRequestEvent = {
      method: this.request.method ?? "GET",
      host: new URL(this.request.address).host,
      path: pathTemplate(this.request.address),
      ...(this.#status !== undefined && { status: this.#status }),
      attempts: this.attempts,
      resourceUnits: this.#resourceUnits,
      durationMs: this.clock.monotonic() - this.#startedAt,
      waitedMs: this.waitedMs,
      ...(this.code !== undefined && { code: this.code }),
    };
    requests.publish(event);
  }
}

/** What an answer says that it cost; some services don't say. */
export function resourceUnits(headers: Pick<Headers, "get">): number {
  const units = Number(headers.get("x-ms-resource-unit"));
  return units > 0 && units < 1e6 ? units : 0;
}

/** Words of Graph's own addresses. Whatever else stands in a path may be somebody's. */
const words = new Set(
  `v1.0 beta $batch $count $value $ref delta users groups applications serviceprincipals devices directoryobjects
  directoryroles directoryroletemplates directory administrativeunits contacts contracts organization domains
  subscribedskus rolemanagement roleassignments roledefinitions oauth2permissiongrants deleteditems me members owners
  memberof transitivemembers transitivememberof manager directreports ownedobjects createdobjects owneddevices
  registereddevices registeredowners registeredusers licensedetails approleassignments approleassignedto photo photos
  messages mailfolders mailboxsettings sendmail calendar calendars calendarview events drive drives root items content
  sites teams chats channels joinedteams auditlogs signins directoryaudits reports authentication methods getbyids
  getmembergroups getmemberobjects checkmembergroups checkmemberobjects identity conditionalaccess policies
  microsoft.graph.user microsoft.graph.group microsoft.graph.device microsoft.graph.serviceprincipal
  microsoft.graph.application microsoft.graph.directoryrole microsoft.graph.administrativeunit`.split(/\s+/),
);

/** An address without query and ids. */
export function pathTemplate(address: string): string {
  const segments = segmentsOf(new URL(address).pathname).map((segment) => (words.has(segment) ? segment : "{id}"));
  return `/${segments.join("/")}`;
}
