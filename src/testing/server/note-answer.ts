import type { WireReply } from "../wire/messages.js";
import type { RecordedRequest, RequestAdvice } from "../wire/request-log.js";

/** Those that people know come first; each opens what is read most. */
const wellKnown = [
  "User.Read.All",
  "GroupMember.Read.All",
  "Application.Read.All",
  "Device.Read.All",
  "Organization.Read.All",
  "Directory.Read.All",
];

/** Writes into the log what a request came to. What was answered well isn't kept. */
export function noteAnswer(entry: RecordedRequest, reply: WireReply, ms: number, consentOrigin: string): void {
  entry.ms = Math.round(ms * 10) / 10;
  entry.bytes = Buffer.byteLength(reply.body ?? "");
  const app = entry.claims?.appid ?? new URLSearchParams(entry.body).get("client_id");
  if (typeof app === "string") entry.app = app.toLowerCase();
  if (reply.status < 400) return;
  const error = errorIn(reply);
  if (error) entry.error = error;
  const advice = adviceOn(entry, reply, consentOrigin);
  if (advice) entry.advice = advice;
}

function errorIn({ body, status }: WireReply): RecordedRequest["error"] {
  try {
    const { error, error_description: description, error_codes: codes } = JSON.parse(String(body));
    if (typeof error === "string")
      return { code: codes ? `AADSTS${codes[0]}` : error, message: String(description ?? "") };
    return { code: String(error.code), message: String(error.message) };
  } catch {
    return { code: String(status), message: "" };
  }
}

function adviceOn(
  { app, claims, error }: RecordedRequest,
  { lacks }: WireReply,
  origin: string,
): RequestAdvice | undefined {
  if (error?.code === "EmulatorGap") return { notEmulated: true };
  if (lacks === undefined) return undefined;
  const known = wellKnown.find((permission) => lacks.includes(permission)) ?? lacks[0];
  if (known === undefined) return {};
  return { lacks: [known], consent: `${origin}/${claims?.tid}/adminconsent?client_id=${app}` };
}
