/** A program whose only token request is given up. Started by msal-network.slow.test.ts, which waits for its end. */
import { AppIdentityAuthProvider } from "../../../src/identity/provider.js";

const [, , origin = "", tenantId = "", clientId = "", clientSecret = ""] = process.argv;
const abort = new AbortController();
const fetch: typeof globalThis.fetch = async (input, init) => {
  const response = await globalThis.fetch(String(input).replace("https://login.microsoftonline.com", origin), init);
  setImmediate(() => abort.abort());
  return response;
};
const authProvider = new AppIdentityAuthProvider({ tenantId, clientId, clientSecret, fetch });
const { code } = await authProvider.getAccessToken({ signal: abort.signal }).catch((error) => error);
console.log(code);
