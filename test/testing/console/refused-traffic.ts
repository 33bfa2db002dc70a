import type { Emulator } from "../../../src/testing/index.js";

/** Asks an emulator as a program of any language would. */
export function asker({ origin, tenantId }: Pick<Emulator, "origin" | "tenantId">) {
  async function token(clientId: string, secret: string): Promise<string> {
    const form = { grant_type: "client_credentials", client_id: clientId, client_secret: secret };
    const response = await fetch(`${origin}/${tenantId}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({ ...form, scope: "https://graph.microsoft.com/.default" }),
    });
    return ((await response.json()) as { access_token: string }).access_token;
  }
  return {
    token,
    async graph(path: string, bearer: string, init: RequestInit = {}): Promise<number> {
      const headers = { authorization: `Bearer ${bearer}`, "content-type": "application/json" };
      const response = await fetch(`${origin}/v1.0${path}`, { ...init, headers });
      await response.arrayBuffer();
      return response.status;
    },
  };
}

/** One of everything that the console has a page for, and of every kind of refusal. */
export async function fillWithRefusals(emulator: Emulator): Promise<void> {
  const { token, graph } = asker(emulator);
  const { clientId, clientSecret } = emulator;
  const bearer = await token(clientId, clientSecret);
  const refused = [
    "/groups",
    "/subscribedSkus",
    "/planner/tasks",
    "/users?$filter=endswith(mail,'x')",
    "/users/nobody",
  ];
  for (const path of ["/users?$top=5", ...refused, "/groups?$top=3"]) await graph(path, bearer);
  const requests = ["/users?$top=1", "/devices"].map((url, id) => ({ id: String(id), method: "GET", url }));
  await graph("/$batch", bearer, { method: "POST", body: JSON.stringify({ requests }) });
  await token(clientId, "wrong");
  await token("11111111-2222-3333-4444-555555555555", "unknown");
  const expired = emulator.addApp({
    displayName: "Nightly export",
    roles: [],
    asksFor: ["GroupMember.Read.All"],
    secrets: [{ expiresAt: new Date(emulator.clock.now() - 1000) }],
  });
  await token(expired.clientId, expired.clientSecret);
  emulator.faults.add({ service: "graph", status: 429, retryAfter: 3, times: 2 });
  await graph("/users?$top=1", bearer);
}
