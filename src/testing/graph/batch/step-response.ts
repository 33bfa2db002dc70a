import type { WireReply } from "../../wire/messages.js";

/** Answers of steps leave out what belongs to a connection or to the batch. */
const ofTheBatch = new Set([
  "client-request-id",
  "date",
  "request-id",
  "strict-transport-security",
  "vary",
  "x-ms-ags-diagnostic",
]);

/** A step's answer as it stands in the batch's: JSON as it is, text as a string, bytes in base64. */
export function stepResponse(id: string, { status, headers, body }: WireReply): object {
  const shown = Object.entries(headers).filter(([name]) => !ofTheBatch.has(name));
  return {
    id,
    status,
    headers: Object.fromEntries(shown.map(([name, value]) => [spelling(name), [value].flat().join(", ")])),
    ...(body !== undefined && { body: embedded(body, String(headers["content-type"] ?? "")) }),
  };
}

/** `content-type` → `Content-Type`; Graph's own headers are in lower case. */
function spelling(name: string): string {
  if (name.startsWith("x-")) return name;
  return name.replace(/^odata|\b[a-z]/g, (start) => (start === "odata" ? "OData" : start.toUpperCase()));
}

function embedded(body: string | Uint8Array, type: string): unknown {
  if (typeof body === "string" && /^application\/json\b/.test(type)) {
    try {
      return JSON.parse(body);
    } catch {
      return body;
    }
  }
  if (typeof body === "string" && /^text\/(?!csv)/.test(type)) return body;
  return Buffer.from(body).toString("base64");
}
