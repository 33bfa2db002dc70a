import { shellWord } from "../calls/curl.js";

/** What a program has to know. */
export interface Connection {
  origin: string;
  tenantId: string;
  clientId: string;
  secret: string;
  /** Address of `/_emulator/` over plain HTTP. */
  base: string;
}

export const languages = {
  environment: "Environment",
  parameters: "parameters.json",
  node: "Node",
  python: "Python",
  curl: "curl",
  az: "az",
} as const;
export type Language = keyof typeof languages;

/** Without TLS there is nobody to trust. */
export const isTls = ({ origin }: Pick<Connection, "origin">) => origin.startsWith("https");
const trusted = (connection: Connection) =>
  isTls(connection) ? `curl -so ca.pem ${connection.base}ca.pem   # to be trusted\n` : "";

/** How a program in each language meets the emulator. */
export const snippets: Record<Language, (connection: Connection) => string> = {
  environment: (connection) => {
    const { origin, tenantId, clientId, secret } = connection;
    return `${trusted(connection)}export AZURE_TENANT_ID=${tenantId}
export AZURE_CLIENT_ID=${clientId}
export AZURE_CLIENT_SECRET=${shellWord(secret)}
export AZURE_AUTHORITY_HOST=${origin}
export GRAPH_APP_IDENTITY_GRAPH_ROOT=${origin}${isTls(connection) ? "\nexport NODE_EXTRA_CA_CERTS=ca.pem REQUESTS_CA_BUNDLE=ca.pem SSL_CERT_FILE=ca.pem" : ""}`;
  },
  parameters: ({ origin, tenantId, clientId, secret }) =>
    JSON.stringify(
      {
        authority: `${origin}/${tenantId}`,
        client_id: clientId,
        scope: [`${origin}/.default`],
        secret,
        endpoint: `${origin}/v1.0/users`,
      },
      undefined,
      2,
    ),
  node: ({ tenantId, clientId, secret, origin }) => `// NODE_EXTRA_CA_CERTS=ca.pem node list.mjs
import { AppIdentityAuthProvider, createGraphClient, listUsers } from "graph-app-identity";

const authProvider = new AppIdentityAuthProvider({
  tenantId: "${tenantId}",
  clientId: "${clientId}",
  clientSecret: ${JSON.stringify(secret)},
  cloud: { loginHost: "${origin}", graphRoot: "${origin}" },
});
for await (const user of listUsers(createGraphClient({ authProvider }))) console.log(user.displayName);`,
  python: ({ tenantId, clientId, secret, origin }) => `# REQUESTS_CA_BUNDLE=ca.pem python3 list.py
import msal, requests

app = msal.ConfidentialClientApplication(
    "${clientId}",
    ${JSON.stringify(secret)},
    "${origin}/${tenantId}",
    instance_discovery=False,
)
token = app.acquire_token_for_client(["${origin}/.default"])["access_token"]
users = requests.get("${origin}/v1.0/users", headers={"Authorization": "Bearer " + token})
print(users.json())`,
  curl: ({ tenantId, clientId, secret, base }) => {
    const plain = new URL(base).origin;
    return `TOKEN=$(curl -s ${plain}/${tenantId}/oauth2/v2.0/token -d grant_type=client_credentials \\
  -d client_id=${clientId} --data-urlencode client_secret=${shellWord(secret)} \\
  -d scope=https://graph.microsoft.com/.default | sed 's/.*"access_token":"\\([^"]*\\).*/\\1/')
curl -s -H "Authorization: Bearer $TOKEN" ${plain}/v1.0/users`;
  },
  az: (connection) => {
    const { tenantId, clientId, secret, base } = connection;
    return `${trusted(connection)}# az has fixed endpoints: start the emulator with --proxy
export HTTPS_PROXY=${new URL(base).origin} REQUESTS_CA_BUNDLE=$PWD/ca.pem
az login --service-principal --allow-no-subscriptions \\
  --tenant ${tenantId} --username ${clientId} --password ${shellWord(secret)}
az rest --url https://graph.microsoft.com/v1.0/users`;
  },
};
