/** What is used of MSAL, loaded when a token is first asked for. Bundlers get msal-library.bundled.ts in its place. */
export const loadMsal = () => import("@azure/msal-node");
