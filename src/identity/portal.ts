const app = "Entra admin center → App registrations → your app";

/** Where the admin center (https://entra.microsoft.com) shows each value: the second half of most remedies. */
export const portal = {
  tenantId: `${app} → Overview → Directory (tenant) ID`,
  clientId: `${app} → Overview → Application (client) ID`,
  clientSecret: `${app} → Certificates & secrets → Client secrets, column "Value" (shown only when the secret is made)`,
  certificates: `${app} → Certificates & secrets → Certificates`,
  federatedCredentials: `${app} → Certificates & secrets → Federated credentials`,
  permissions: `${app} → API permissions`,
} as const;
