/** What goes wrong most in real life. */
export const presets: readonly { name: string; tells: string; fault: Record<string, unknown> }[] = [
  { name: "Throttled", tells: "429, come back after 3 s", fault: { service: "graph", status: 429, retryAfter: 3 } },
  { name: "Graph is down", tells: "503, three times", fault: { service: "graph", status: 503, times: 3 } },
  {
    name: "Entra is down",
    tells: "503 for token requests, three times",
    fault: { service: "entra", status: 503, times: 3 },
  },
  { name: "Secret expired", tells: "AADSTS7000222", fault: { service: "entra", aadsts: 7000222 } },
  { name: "Slow", tells: "ten answers come 2 s late", fault: { service: "graph", delayMs: 2000, times: 10 } },
  { name: "Connection cut", tells: "in the middle of an answer", fault: { service: "graph", resetInBody: true } },
  {
    name: "Lost page",
    tells: "the next page token has expired",
    fault: { path: "$skiptoken", expiredPageToken: true },
  },
  { name: "Captive portal", tells: "a page of HTML, with status 200", fault: { html: true } },
];
