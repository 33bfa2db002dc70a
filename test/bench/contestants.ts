/** Who takes part, in the order of the table's columns. `id` names the file in contestants/. */
export interface Contestant {
  id: string;
  name: string;
  /** What a project installs to use it. */
  packages: string[];
}

export const ours = "ours";
export const limit = "bare";

export const contestants: Contestant[] = [
  { id: ours, name: "graph-app-identity", packages: [] },
  { id: limit, name: "bare fetch loop", packages: [] },
  {
    id: "msal-sdk",
    name: "msal-node + Graph SDK",
    packages: ["@azure/msal-node", "@microsoft/microsoft-graph-client"],
  },
  {
    id: "identity-sdk",
    name: "@azure/identity + Graph SDK",
    packages: ["@azure/identity", "@microsoft/microsoft-graph-client"],
  },
  { id: "pnp", name: "@pnp/graph", packages: ["@pnp/graph", "@pnp/nodejs"] },
  {
    id: "msgraph",
    name: "@microsoft/msgraph-sdk",
    packages: [
      "@microsoft/msgraph-sdk",
      "@microsoft/msgraph-sdk-users",
      "@microsoft/kiota-authentication-azure",
      "@azure/identity",
    ],
  },
];

/** Everybody but us. */
export const peers = contestants.map(({ id }) => id).filter((id) => id !== ours);
