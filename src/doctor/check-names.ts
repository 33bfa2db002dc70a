/** What is looked at, in this order, and what it is called. */
export const titles = {
  configuration: "Configuration",
  entra: "Entra",
  tenant: "Tenant",
  app: "App",
  credential: "Credential",
  clock: "Clock",
  permission: "Permission",
  graph: "Graph",
  user: "One user",
  certificates: "Certificates",
  query: "Query",
  paging: "Paging",
  delta: "Delta",
  functions: "Functions",
} as const;

export type CheckName = keyof typeof titles;
