import { expect, it } from "vitest";
import { createGraphClient } from "../../src/graph/client.js";
import { type ListUsersOptions, listUsers } from "../../src/users/list-users.js";
import { json, startLoopback } from "../support/loopback.js";

const authProvider = { getAccessToken: async () => "token" };

it.each<[string, object]>([
  ["select", { select: ["id", "cloudLicensing2"] }],
  ["filter", { filter: "cloudLicensing2 eq 'x'" }],
  ["orderBy", { orderBy: "cloudLicensing2" }],
])(
  "a name in %s that v1.0 doesn't have goes out on a beta client, and is refused on v1.0 with what to do",
  async (_where, options) => {
    const server = await startLoopback((_request, response) => json(response, 200, { value: [] }));
    const beta = createGraphClient({ authProvider, fetch: server.fetch, version: "beta" });
    await listUsers(beta, options as ListUsersOptions)
      .byPage()
      .next();
    expect(server.requests[0]?.path).toMatch(/^\/beta\/users\?.*cloudLicensing2/);

    const stable = createGraphClient({ authProvider, fetch: server.fetch });
    expect(() => listUsers(stable, options as ListUsersOptions)).toThrow(
      expect.objectContaining({
        code: "invalid_query",
        message: expect.stringMatching(/"cloudLicensing2".*as of \d{4}-\d\d-\d\d/),
        remedy: expect.stringMatching(/listAll<T>\(\).*"beta"/),
      }),
    );
    expect(server.requests).toHaveLength(1);
    await server.close();
  },
);
