import { expect, it } from "vitest";
import { AppIdentityAuthProvider } from "../../../src/identity/provider.js";
import { refusal } from "../../support/refusal.js";
import { clientId, startTokenEndpoint, tenantId } from "../../support/token-endpoint.js";

const provider = (clientSecret: string, fetch = globalThis.fetch) =>
  new AppIdentityAuthProvider({ tenantId, clientId, clientSecret, fetch });

it.each([
  "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/graph)",
  "@microsoft.keyvault(VaultName=v;SecretName=s)",
  "\u0024{CLIENT_SECRET}",
  "$(CLIENT_SECRET)",
  "$CLIENT_SECRET",
  "$env:CLIENT_SECRET",
  "%CLIENT_SECRET%",
  "\u0024{{ secrets.GRAPH }}",
  "{{ .Values.secret }}",
  "#{Graph.Secret}#",
  "op://vault/item/field",
  "vault:secret/data/graph#secret",
  "ref+awsssm://graph/secret",
  "arn:aws:secretsmanager:eu-west-1:1:secret:graph",
  "projects/1/secrets/graph/versions/latest",
  "https://v.vault.azure.net/secrets/graph/1",
  "undefined",
  "null",
  "[object Object]",
  "[object Promise]",
])("%s is no secret, and isn't sent", async (reference) => {
  const error = await refusal(() => provider(reference));
  expect(error).toMatchObject({
    code: "invalid_options",
    message: expect.stringMatching(/"clientSecret" (is a reference|looks like)/),
  });
});

it.each([
  "p@ss(word)",
  "100%sure%",
  "a$b{c}",
  "$ecret~with.signs-8Q",
  "op-shop//x",
  "0f2a1c34-5b6d-4e7f-8a90-1b2c3d4e5f60",
  '"quoted8Q~value"',
])("%s is sent as it is", async (secret) => {
  const endpoint = await startTokenEndpoint();
  await provider(secret, endpoint.fetch).getAccessToken();
  expect(endpoint.posts()[0]?.get("client_secret")).toBe(secret);
  await endpoint.close();
});
