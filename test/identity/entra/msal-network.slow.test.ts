import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { endpoint, useTokenEndpoint } from "../../support/identity.js";
import { runProgram } from "../../support/run-program.js";
import { clientId, clientSecret, tenantId } from "../../support/token-endpoint.js";

useTokenEndpoint();

it("a program that gives up its request ends at once, though the server hangs", async () => {
  endpoint.next((response) => response.writeHead(200).flushHeaders());
  const program = fileURLToPath(new URL("abandoned-request.ts", import.meta.url));
  // An answer that is waited for would hold it far longer than this test may take.
  const ran = await runProgram([program, endpoint.origin, tenantId, clientId, clientSecret]);
  expect(ran).toEqual({ stdout: "aborted\n", stderr: "", code: 0 });
  expect(endpoint.requests).toHaveLength(1);
});
