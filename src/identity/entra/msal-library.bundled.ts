import { ConfidentialClientApplication, ProtocolMode } from "@azure/msal-node";

/**
 * msal-library.ts as bundlers get it. Loading later saves nothing where all is in one file, and costs: each of MSAL's modules becomes a
 * function of its own, of which less can be left out.
 */
export const loadMsal = async () => ({ ConfidentialClientApplication, ProtocolMode });
