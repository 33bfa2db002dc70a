import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endAll, installed, type Ready, startCommand } from "../../support/emulator-command.js";

const folder = mkdtempSync(join(tmpdir(), "other-languages-"));
const envFile = join(folder, "tenant.env");
let ready: Ready;
beforeAll(async () => {
  ({ ready } = await startCommand("--users", "20", "--dotenv", envFile));
});
afterAll(() => {
  endAll();
  rmSync(folder, { recursive: true, force: true });
});

/** From a refusal by way of the log's advice to a granted permission: prints both statuses, and what was lacking. */
const withCurl = `
set -eu
. "$1"
control="$AZURE_AUTHORITY_HOST/_emulator"
ask() { curl -sS --cacert "$CURL_CA_BUNDLE" "$@"; }
name=$(ask "$control/api/apps" -H 'content-type: application/json' -d '{"name":"By curl"}' | sed 's/.*"clientId":"\\([^"]*\\)".*/\\1/')
secret=$(ask "$control/api/apps/$name/secrets" -H 'content-type: application/json' -d '{}' | sed 's/.*"value":"\\([^"]*\\)".*/\\1/')
groups() {
  token=$(ask "$AZURE_AUTHORITY_HOST/$AZURE_TENANT_ID/oauth2/v2.0/token" -d grant_type=client_credentials -d "client_id=$name" \\
    --data-urlencode "client_secret=$secret" --data-urlencode scope=https://graph.microsoft.com/.default | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  ask -o /dev/null -w '%{http_code}\\n' -H "Authorization: Bearer $token" "$GRAPH_APP_IDENTITY_GRAPH_ROOT/v1.0/groups?\\$top=1"
}
groups
lacks=$(ask "$control/api/requests?status=403&app=$name" | sed 's/.*"lacks":\\["\\([^"]*\\)".*/\\1/')
echo "$lacks"
ask -o /dev/null "$control/api/apps/$name/roles" -H 'content-type: application/json' -d "{\\"roles\\":[\\"$lacks\\"]}"
groups
`;

const withPython = `
import json, os, ssl, sys, urllib.error, urllib.parse, urllib.request

env = dict(line.rstrip("\\n").split("=", 1) for line in open(sys.argv[1]) if "=" in line and not line.startswith("#"))
env = {name: value.strip('"').strip("'") for name, value in env.items()}
host = env["AZURE_AUTHORITY_HOST"]
trust = ssl.create_default_context(cafile=env["SSL_CERT_FILE"])

def ask(url, body=None, headers={}):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=body, headers=headers), context=trust) as answer:
            return answer.status, json.loads(answer.read() or "null")
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.loads(refusal.read())

def control(path, body):
    return ask(host + "/_emulator/api/" + path, json.dumps(body).encode(), {"content-type": "application/json"})[1]

app = control("apps", {"name": "By Python"})["clientId"]
secret = control("apps/%s/secrets" % app, {})["value"]

def groups():
    form = {"grant_type": "client_credentials", "client_id": app, "client_secret": secret, "scope": "https://graph.microsoft.com/.default"}
    _, token = ask("%s/%s/oauth2/v2.0/token" % (host, env["AZURE_TENANT_ID"]), urllib.parse.urlencode(form).encode())
    return ask(env["GRAPH_APP_IDENTITY_GRAPH_ROOT"] + "/v1.0/groups", headers={"Authorization": "Bearer " + token["access_token"]})[0]

print(groups())
refused = ask(host + "/_emulator/api/requests?status=403&app=" + app)[1]["value"]
lacks = refused[-1]["advice"]["lacks"]
print(*lacks)
control("apps/%s/roles" % app, {"roles": lacks})
print(groups())
`;

describe("from a refusal to a granted permission, led by the env file and the log's advice alone", () => {
  it.each([
    ["curl", "sh", ["-c", withCurl, "sh"]],
    ["Python and its standard library", "python3", ["-c", withPython]],
  ])("with %s", (_, program, args) => {
    const wanted = program === "sh" ? "curl" : program;
    if (!installed(wanted, ["--version"], `the journey with ${wanted}`)) {
      if (process.env.CI) throw new Error(`${wanted} is needed where CI is set.`);
      return;
    }
    const { stdout, stderr } = spawnSync(program, [...args, envFile], { encoding: "utf8", timeout: 60_000 });
    expect(stderr).toBe("");
    expect(stdout.trim().split("\n")).toEqual(["403", "GroupMember.Read.All", "200"]);
    expect(ready.control).toBe(true);
  });
});
