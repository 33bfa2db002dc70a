import { GraphRefusal } from "./refusal.js";
import type { Workload } from "./workload.js";

/** One request as the throttle sees it. */
interface Charge {
  clientId: string;
  tenantId: string;
  /** Members of the directory, which decide the tenant's limit. */
  users: number;
  units: number;
  /** Milliseconds since 1970. */
  at: number;
  /** What the request shares its limit with. Default: the directory. */
  workload?: Workload;
}

export interface Throttle {
  /**
   * Takes the units, and tells what headers the answer gets.
   * @throws GraphRefusal 429 when they are used up; the units are taken all the same
   */
  charge(charge: Charge): Record<string, string>;
  reset(): void;
}

interface Bucket {
  used: number;
  at: number;
}

/** How full a bucket can get: the percentage header ends at 1.8. */
const overflow = 1.8;

/**
 * Resource units per app and tenant in 10 seconds, and per app in 20.
 * @see https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
 */
const tenantLimit = (users: number) => (users < 50 ? 3_500 : users <= 500 ? 5_000 : 8_000);
const appLimit = 150_000;
/** Requests, not units: five in 10 seconds to reports, 10,000 in 10 minutes to one mailbox. */
const reports = { limit: 5, windowMs: 10_000 };
const outlook = { limit: 10_000, windowMs: 600_000 };

export function createThrottle(): Throttle {
  const buckets = new Map<string, Bucket>();

  /** Adds to a bucket that drains evenly; answers how full it is, and when it will have room for as much again. */
  function fill(
    name: string,
    { units, at }: Charge,
    limit: number,
    windowMs: number,
  ): { share: number; waitMs: number } {
    const bucket = buckets.get(name) ?? { used: 0, at };
    const rate = limit / windowMs;
    // The emulator's clock can be moved back: nothing drains twice.
    const now = Math.max(at, bucket.at);
    const used = Math.min(Math.max(0, bucket.used - (now - bucket.at) * rate) + units, limit * overflow);
    buckets.set(name, { used, at: now });
    return { share: used / limit, waitMs: Math.max(0, (used + units - limit) / rate + now - at) };
  }

  /** How full the fullest of the buckets is that a request draws from, and whose it is. */
  function draw(charge: Charge): { share: number; waitMs: number; scope: string } {
    const { clientId, tenantId, users, workload: { name = "directory", mailbox } = {} } = charge;
    const one = { ...charge, units: 1 };
    if (name === "reports") {
      const drawn = fill(`${clientId} ${tenantId} reports`, one, reports.limit, reports.windowMs);
      return { ...drawn, scope: `Tenant_Application/Read/${clientId}/${tenantId}` };
    }
    if (name === "outlook") {
      const drawn = fill(`${clientId} ${tenantId} ${mailbox}`, one, outlook.limit, outlook.windowMs);
      return { ...drawn, scope: `Application/ReadWrite/${clientId}/${mailbox}` };
    }
    const tenant = fill(`${clientId} ${tenantId}`, charge, tenantLimit(users), 10_000);
    const app = fill(clientId, charge, appLimit, 20_000);
    const waitMs = Math.max(tenant.waitMs, app.waitMs);
    return tenant.share >= app.share
      ? { share: tenant.share, waitMs, scope: `Tenant_Application/ReadWrite/${clientId}/${tenantId}` }
      : { share: app.share, waitMs, scope: `Application/ReadWrite/${clientId}/${tenantId}` };
  }

  return {
    charge(charge) {
      const { share, waitMs, scope } = draw(charge);
      const headers = share > 0.8 ? { "x-ms-throttle-limit-percentage": share.toFixed(2) } : {};
      if (share <= 1) return headers;
      const refusalHeaders = {
        ...headers,
        "retry-after": String(Math.max(1, Math.ceil(waitMs / 1000))),
        "x-ms-throttle-scope": scope,
        "x-ms-throttle-information": "ResourceUnitLimitExceeded",
      };
      const innerError = { code: "429", message: "Please retry after", status: "429" };
      if (charge.workload?.name === "outlook") throw overMailbox(refusalHeaders, innerError);
      throw new GraphRefusal(429, "TooManyRequests", "Please retry again later.", refusalHeaders, innerError);
    },
    reset: () => buckets.clear(),
  };
}

function overMailbox(headers: Record<string, string>, innerError: Record<string, string>): GraphRefusal {
  const message = "Application is over its MailboxConcurrency limit.";
  return new GraphRefusal(429, "ApplicationThrottled", message, headers, innerError);
}
