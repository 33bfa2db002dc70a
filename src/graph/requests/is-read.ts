import { URL } from "node:url";
import { segmentsOf } from "./throttle-scope.js";

/** Calls that only look, although they are POSTs, by the segment that names them, in lower case. */
export const looks =
  /^(microsoft\.graph\.)?(getbyids|getmembergroups|getmemberobjects|checkmembergroups|checkmemberobjects|ismemberof|getavailableextensionproperties)(\(\))?$/;

/** Whether a request changes nothing, so that it may be sent again whatever came of it. */
export function isRead(method: string, address: string, body: unknown): boolean {
  if (/^(GET|HEAD)$/i.test(method)) return true;
  if (!/^POST$/i.test(method)) return false;
  const last = segmentsOf(new URL(address).pathname).at(-1) ?? "";
  if (last !== "$batch") return looks.test(last);
  const steps = stepsOf(body);
  return (
    steps.length > 0 &&
    steps.every(
      ({ method = "", url }) => typeof url === "string" && isRead(method, stepAddress(address, url), undefined),
    )
  );
}

export interface BatchStep {
  id?: string;
  method?: string;
  url?: string;
}

/** The requests in the body of a batch, as far as it can be read. */
export function stepsOf(body: unknown): BatchStep[] {
  if (typeof body !== "string") return [];
  try {
    const { requests } = JSON.parse(body) as { requests?: unknown };
    return Array.isArray(requests) ? requests.filter((step) => typeof step === "object" && step !== null) : [];
  } catch {
    return [];
  }
}

/** A step's address: it is relative to the version that the batch was sent to. */
export function stepAddress(batch: string, url: string): string {
  return batch.replace(/\/\$batch\b.*$/i, `/${url.replace(/^\/+/, "")}`);
}
