/**
 * Entra and Graph for the contestants: a process of its own that answers from prepared bytes, so that the clients are what is
 * measured. Forked by service.ts, which says over IPC how to behave.
 */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { generate } from "selfsigned";

export interface Settings {
  /** People in the directory. */
  users: number;
  /** How long a page takes. Default 0. */
  latencyMs?: number;
  /** `refresh_in` of the tokens, in seconds. Default: not sent. */
  refreshInSeconds?: number;
  /** How long a token takes when it isn't the first one. Default 0. */
  refreshLatencyMs?: number;
}

/** What was asked since the last settings. */
export interface Counts {
  tokens: number;
  pages: number;
  other: number;
}

const hosts = ["login.microsoftonline.com", "graph.microsoft.com"];
/** Distinct people; a larger directory shows them again. */
const population = 99_900;
const defaultPageSize = 100;
// As long as Graph's app-only tokens are.
const accessToken = `eyJ0eXAiOiJKV1QifQ.${"bench".repeat(300)}.${"sig".repeat(114)}`;

let settings: Settings = { users: 0 };
let counts: Counts = { tokens: 0, pages: 0, other: 0 };

const people = Array.from({ length: population }, (_, index) => {
  const number = String(index).padStart(6, "0");
  const mail = `person.${number}@contoso.onmicrosoft.com`;
  return JSON.stringify({
    businessPhones: [`+49 89 ${number}`],
    displayName: `Zoë Person ${number}`,
    givenName: "Zoë",
    jobTitle: index % 3 === 0 ? null : "Senior Program Manager",
    mail,
    mobilePhone: null,
    officeLocation: `18/${number}`,
    preferredLanguage: "en-US",
    surname: `Person ${number}`,
    userPrincipalName: mail,
    id: randomUUID(),
  });
});
const prepared = new Map<string, Buffer>();

/** The JSON array of one page, made once. */
function pageValue(start: number, length: number): Buffer {
  const from = start % population;
  const key = `${from}+${length}`;
  let value = prepared.get(key);
  if (value === undefined) {
    value = Buffer.from(`[${people.slice(from, from + length).join()}]`);
    prepared.set(key, value);
  }
  return value;
}

for (const size of [defaultPageSize, 999]) for (let at = 0; at < population; at += size) pageValue(at, size);

function answer(response: ServerResponse, status: number, body: string | Buffer, delayMs = 0): void {
  const headers = { "content-type": "application/json; charset=utf-8", "content-length": Buffer.byteLength(body) };
  const send = () => response.writeHead(status, headers).end(body);
  if (delayMs > 0) setTimeout(send, delayMs);
  else send();
}

function answerToken(request: IncomingMessage, response: ServerResponse): void {
  counts.tokens += 1;
  const delayMs = counts.tokens > 1 ? settings.refreshLatencyMs : 0;
  const token = {
    token_type: "Bearer",
    expires_in: 3599,
    ext_expires_in: 3599,
    ...(settings.refreshInSeconds && { refresh_in: settings.refreshInSeconds }),
    access_token: accessToken,
  };
  request.resume().on("end", () => answer(response, 200, JSON.stringify(token), delayMs));
}

function answerPage(response: ServerResponse, url: URL): void {
  counts.pages += 1;
  const size = Number(url.searchParams.get("$top") ?? defaultPageSize);
  const start = Number(url.searchParams.get("$skiptoken") ?? 0);
  const next = start + size;
  if (next < settings.users) url.searchParams.set("$skiptoken", String(next));
  const link = next < settings.users ? `"@odata.nextLink":${JSON.stringify(url.href)},` : "";
  const body = [
    Buffer.from(`{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users",${link}"value":`),
    pageValue(start, Math.min(size, settings.users - start)),
    Buffer.from("}"),
  ];
  answer(response, 200, Buffer.concat(body), settings.latencyMs);
}

// One certificate is its own authority: the runner hands it to the contestants in NODE_EXTRA_CA_CERTS.
const { private: key, cert } = await generate([{ name: "commonName", value: "graph-app-identity bench" }], {
  keyType: "ec",
  algorithm: "sha256",
  extensions: [
    { name: "basicConstraints", cA: true, critical: true },
    { name: "subjectAltName", altNames: hosts.map((value) => ({ type: 2, value })) },
  ],
});

const server = createServer({ key, cert, keepAlive: true }, (request, response) => {
  const url = new URL(request.url ?? "/", `https://${request.headers.host}`);
  if (request.method === "POST" && url.pathname.endsWith("/oauth2/v2.0/token")) return answerToken(request, response);
  const authorized = request.headers.authorization === `Bearer ${accessToken}`;
  if (authorized && request.method === "GET" && url.pathname === "/v1.0/users") return answerPage(response, url);
  counts.other += 1;
  answer(response, 404, "{}");
});

process.on("message", (next: Settings | null) => {
  const before = counts;
  if (next !== null) {
    settings = next;
    counts = { tokens: 0, pages: 0, other: 0 };
  }
  process.send?.(before);
});
process.on("disconnect", () => process.exit());
server.listen({ port: 0, host: "127.0.0.1", backlog: 2048 }, () => {
  process.send?.({ port: (server.address() as AddressInfo).port, cert });
});
