/** What is used of MSAL. A module of its own, loaded when a token is first asked for, from which a bundler can leave the rest out. */
export { ConfidentialClientApplication, ProtocolMode } from "@azure/msal-node";
