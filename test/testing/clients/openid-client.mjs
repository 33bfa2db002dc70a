/** A general OAuth client, and a bare fetch loop. */
import { createPrivateKey } from "node:crypto";
import * as oauth from "openid-client";

export async function list(credential, { loginOrigin, graphOrigin, tenantId }) {
  const { clientId, clientSecret, key, thumbprintSha256 } = credential;
  const pkcs8 = key && createPrivateKey(key).export({ type: "pkcs8", format: "der" });
  const rsaPss = { name: "RSA-PSS", hash: "SHA-256" };
  const authentication = key
    ? oauth.PrivateKeyJwt(await crypto.subtle.importKey("pkcs8", pkcs8, rsaPss, false, ["sign"]), {
        [oauth.modifyAssertion](header) {
          if (thumbprintSha256) header["x5t#S256"] = Buffer.from(thumbprintSha256, "hex").toString("base64url");
        },
      })
    : oauth.ClientSecretBasic(clientSecret);
  const issuer = new URL(`${loginOrigin}/${tenantId}/v2.0`);
  const configuration = await oauth.discovery(issuer, clientId, undefined, authentication);
  const { access_token } = await oauth.clientCredentialsGrant(configuration, { scope: `${graphOrigin}/.default` });
  let count = 0;
  for (let link = `${graphOrigin}/v1.0/users?$top=500`; link; ) {
    const response = await fetch(link, { headers: { authorization: `Bearer ${access_token}` } });
    const page = await response.json();
    if (!response.ok) throw Object.assign(new Error(page.error.message), { code: page.error.code });
    count += page.value.length;
    link = page["@odata.nextLink"];
  }
  return count;
}
