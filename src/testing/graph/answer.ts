import { randomUUID } from "node:crypto";
import type { WireReply, WireRequest } from "../wire/messages.js";
import { GraphRefusal } from "./refusal.js";

const diagnostics = JSON.stringify({
  ServerInfo: { DataCenter: "North Europe", Slice: "E", Ring: "4", ScaleUnit: "000", RoleInstance: "AM1PEPF0001A38D" },
});

/**
 * Answers with the headers that every answer of Graph has, and turns a refusal into an error body with the same ids.
 * @param work may put headers aside that the answer gets even where it refuses
 */
export async function answerAsGraph(
  request: WireRequest,
  work: (headers: Record<string, string>) => WireReply | Promise<WireReply>,
): Promise<WireReply> {
  const requestId = randomUUID();
  const clientRequestId = request.headers["client-request-id"] ?? requestId;
  const common: Record<string, string> = {
    "cache-control": "no-cache",
    vary: "Accept-Encoding",
    "strict-transport-security": "max-age=31536000",
    "request-id": requestId,
    "client-request-id": clientRequestId,
    "x-ms-ags-diagnostic": diagnostics,
    date: new Date(request.at).toUTCString(),
  };
  try {
    const reply = await work(common);
    return { ...reply, headers: { ...common, ...reply.headers } };
  } catch (error) {
    if (!(error instanceof GraphRefusal)) throw error;
    const { status, code, message, headers } = error;
    const date = new Date(request.at).toISOString().slice(0, 19);
    const innerError = { ...error.innerError, date, "request-id": requestId, "client-request-id": clientRequestId };
    return {
      status,
      headers: { ...common, "content-type": "application/json", ...headers },
      body: JSON.stringify({ error: { code, message, innerError } }),
      ...(error.lacks && { lacks: error.lacks }),
    };
  }
}
