import { describe, expect, it } from "vitest";
import { inVariables, unusedProxy } from "../../src/doctor/environment.js";

describe("a message for somebody who has set variables", () => {
  it.each([
    ['"clientSecret" has line breaks.', "AZURE_CLIENT_SECRET has line breaks."],
    ['Check "tenantId" and clientId.', "Check AZURE_TENANT_ID and AZURE_CLIENT_ID."],
    [
      '"clientCertificate.path" leads nowhere; clientCertificate does all that.',
      "AZURE_CLIENT_CERTIFICATE_PATH leads nowhere; AZURE_CLIENT_CERTIFICATE_PATH does all that.",
    ],
    ['Give its "passphrase" (AZURE_CLIENT_CERTIFICATE_PASSWORD).', "Give its AZURE_CLIENT_CERTIFICATE_PASSWORD."],
    ['set "cloud" (or AZURE_AUTHORITY_HOST) to another cloud', "set AZURE_AUTHORITY_HOST to another cloud"],
    ["leave sendX5c out", "leave AZURE_CLIENT_SEND_CERTIFICATE_CHAIN out"],
    ['"federatedTokenFile" can\'t be read', "AZURE_FEDERATED_TOKEN_FILE can't be read"],
    ["The passphrase of that authority, in the cloud.", "The passphrase of that authority, in the cloud."],
    ["myclientSecretary", "myclientSecretary"],
  ])("%j becomes %j", (text, expected) => {
    expect(inVariables(text)).toBe(expected);
  });
});

describe("a proxy that is set", () => {
  const old = { version: "v20.20.2", execArgv: [] };
  const able = { version: "v22.21.0", execArgv: [] };
  const proxy = { HTTPS_PROXY: "http://proxy:3128" };
  const host = "login.microsoftonline.com";

  it.each<[string, NodeJS.ProcessEnv, typeof old]>([
    ["it isn't set", {}, old],
    ["it is set to nothing", { HTTPS_PROXY: " " }, old],
    ["the host is excepted by name", { ...proxy, NO_PROXY: "localhost, login.microsoftonline.com" }, old],
    ["its domain is excepted", { ...proxy, NO_PROXY: ".microsoftonline.com" }, old],
    ["its domain is excepted, without a dot", { ...proxy, no_proxy: "microsoftonline.com:443" }, old],
    ["all hosts are excepted", { ...proxy, NO_PROXY: "*" }, old],
    ["Node is told to obey it", { ...proxy, NODE_USE_ENV_PROXY: "1" }, able],
    ["Node is told so by an option", { ...proxy, NODE_OPTIONS: "--use-env-proxy" }, { ...able, version: "v24.1.0" }],
  ])("is nothing to tell where %s", (_, env, runtime) => {
    expect(unusedProxy(host, env, runtime)).toBeUndefined();
  });

  it.each<[string, NodeJS.ProcessEnv, typeof old]>([
    ["this Node knows none", { ...proxy, NODE_USE_ENV_PROXY: "1" }, old],
    ["Node isn't told to", proxy, able],
    ["it is spelt small", { https_proxy: "http://proxy:3128" }, able],
    [
      "another host is excepted",
      { ...proxy, NO_PROXY: "online.com,graph.microsoft.com,login.microsoftonline.com:8443" },
      old,
    ],
  ])("is told where %s", (_, env, runtime) => {
    const unused = unusedProxy(host, env, runtime);
    expect(unused?.remark).toMatch(/asked without the proxy of (HTTPS_PROXY|https_proxy)/);
    expect(unused?.remedy).toMatch(/NODE_USE_ENV_PROXY=1/);
    expect(JSON.stringify(unused)).not.toContain("proxy:3128");
  });
});
