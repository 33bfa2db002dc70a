/** What a person sets who configures by variables: names of options, as messages call them. */
const variableOf: Readonly<Record<string, string>> = {
  tenantId: "AZURE_TENANT_ID",
  clientId: "AZURE_CLIENT_ID",
  clientSecret: "AZURE_CLIENT_SECRET",
  "clientCertificate.path": "AZURE_CLIENT_CERTIFICATE_PATH",
  clientCertificate: "AZURE_CLIENT_CERTIFICATE_PATH",
  passphrase: "AZURE_CLIENT_CERTIFICATE_PASSWORD",
  sendX5c: "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN",
  federatedTokenFile: "AZURE_FEDERATED_TOKEN_FILE",
  "cloud.graphRoot": "GRAPH_APP_IDENTITY_GRAPH_ROOT",
  "cloud.loginHost": "AZURE_AUTHORITY_HOST",
  cloud: "AZURE_AUTHORITY_HOST",
  authority: "AZURE_AUTHORITY_HOST",
};
/** Longer ones first; those that are words of English only where they are quoted. */
const names = Object.keys(variableOf)
  .sort((a, b) => b.length - a.length)
  .map((name) => `"${name}"${/[A-Z]/.test(name) ? `|\\b${name}\\b` : ""}`);
const optionName = new RegExp(names.join("|").replaceAll(".", "\\."), "g");

/** A message about options, for somebody who has set variables. */
export function inVariables(text: string): string {
  return (
    text
      .replace(optionName, (name) => variableOf[name.replaceAll('"', "")] as string)
      // Where a message names both, once is enough.
      .replace(/\b([A-Z_]+) \((?:or )?\1\)/g, "$1")
  );
}

/**
 * That a proxy is set which requests to a host won't take, and what to do; `undefined` where it is obeyed, or isn't meant for the host.
 * @see https://nodejs.org/api/cli.html#node_use_env_proxy1
 */
export function unusedProxy(
  host: string,
  env: NodeJS.ProcessEnv,
  runtime: Pick<NodeJS.Process, "version" | "execArgv">,
) {
  const name = ["https_proxy", "HTTPS_PROXY"].find((variable) => env[variable]?.trim());
  if (name === undefined || isExcepted(host, env.no_proxy ?? env.NO_PROXY ?? "") || obeys(env, runtime))
    return undefined;
  return {
    remark: `asked without the proxy of ${name}, which this Node's fetch doesn't obey`,
    remedy: `${name} is set, but wasn't obeyed: set NODE_USE_ENV_PROXY=1 with Node 22.21 or 24, or give your job a fetch of undici's EnvHttpProxyAgent.`,
  };
}

function isExcepted(host: string, list: string): boolean {
  const { hostname, port } = new URL(`https://${host}`);
  return list.split(/[\s,]+/).some((entry) => {
    const [, name = "", of] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    if (of !== undefined && of !== (port || "443")) return false;
    return entry === "*" || (name !== "" && (hostname === name || hostname.endsWith(`.${name}`)));
  });
}

function obeys(env: NodeJS.ProcessEnv, { version, execArgv }: Pick<NodeJS.Process, "version" | "execArgv">): boolean {
  const [major = 0, minor = 0] = version.slice(1).split(".").map(Number);
  const able = major >= 24 || (major === 22 && minor >= 21);
  const flag = [...execArgv, ...(env.NODE_OPTIONS ?? "").split(" ")].includes("--use-env-proxy");
  return able && (flag || env.NODE_USE_ENV_PROXY === "1");
}
