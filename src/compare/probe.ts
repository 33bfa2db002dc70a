/** What a probe is about. */
export const topics = [
  "tokens",
  "lists",
  "queries",
  "advanced",
  "relations",
  "delta",
  "batch",
  "paging",
  "refusals",
] as const;

export type Topic = (typeof topics)[number];

/** Things of a directory that paths are about, each the first that is found. */
export type Subject = "user" | "group" | "device" | "application" | "servicePrincipal";

/** One request that both tenants are asked. Nothing of it changes anything. */
export interface Probe {
  topic: Topic;
  /** Below the version; `{user}` and its like stand for the first object of that kind, `{client}` for the app. At Entra, below the tenant. */
  path: string;
  service?: "graph" | "login";
  headers?: Readonly<Record<string, string>>;
  /** Makes it a POST: an object goes out as JSON, `URLSearchParams` as a form. */
  body?: object;
  /** What it goes out with in place of a token. */
  authorization?: "none" | "not a token";
  /** Its path is the link that this path's probe was answered with. */
  behind?: string;
}

/** As it is named on the command line, in the report, and in what is printed. */
export function nameOf({ topic, path, behind, headers, authorization, body }: Probe): string {
  const parts = [`${topic}: ${behind === undefined ? path : `behind ${behind}`}`];
  if (headers?.ConsistencyLevel) parts.push("eventual");
  if (authorization) parts.push(`token: ${authorization}`);
  if (body instanceof URLSearchParams) parts.push(`${body}`);
  else if (body) parts.push(JSON.stringify(body).slice(0, 80));
  return parts.join(" · ");
}
