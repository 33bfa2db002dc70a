import { describe, expect, it } from "vitest";
import { Misuse } from "../../../src/testing/command/misuse.js";
import { commandOptions, usage } from "../../../src/testing/command/options.js";
import { readSettings, type Settings } from "../../../src/testing/command/settings.js";

const settings = (...args: string[]) => readSettings(args) as Settings;

describe("the command line", () => {
  it("stands for a tenant of a thousand on port 8443 when it is empty", () => {
    expect(settings()).toEqual({
      emulator: {
        port: 8443,
        users: 1000,
        seed: 1,
        tls: { hostnames: [] },
        proxy: false,
        throttle: false,
        control: {},
      },
      apps: [],
      tenants: [],
      apis: [],
      quiet: false,
      certificate: undefined,
      program: undefined,
      envFile: undefined,
      state: {},
      people: undefined,
      exportTo: undefined,
      open: false,
    });
  });

  it.each<[string[], Partial<Settings> | { emulator: object }]>([
    [["--port", "0"], { emulator: { port: 0 } }],
    [["--users=10000000"], { emulator: { users: 10_000_000 } }],
    [["--users", "0", "--seed", "7"], { emulator: { users: 0, seed: 7 } }],
    [["--roles", "User.Read.All, Group.Read.All"], { emulator: { roles: ["User.Read.All", "Group.Read.All"] } }],
    [["--roles", ""], { emulator: { roles: [] } }],
    [["--app", "Sync=User.Read.All"], { apps: [{ displayName: "Sync", roles: ["User.Read.All"] }] }],
    [
      ["--app", "Nobody=", "--app", "A b=Orders.Read"],
      { apps: [{ displayName: "Nobody", roles: [] }, { displayName: "A b", roles: ["Orders.Read"] }] }, // biome-ignore format: one row
    ],
    [
      ["--tenant", "Fabrikam.onmicrosoft.com", "--tenant", "b.example"],
      { tenants: ["fabrikam.onmicrosoft.com", "b.example"] },
    ],
    [["--api", "https://management.azure.com/"], { apis: ["https://management.azure.com"] }],
    [["--api", "https://vault.azure.net/.default"], { apis: ["https://vault.azure.net"] }],
    [["--api=api://orders"], { apis: ["api://orders"] }],
    [["--certificate", "app.pem"], { certificate: "app.pem" }],
    [["--throttle", "--proxy", "--tls", "--json"], { emulator: { throttle: true, proxy: true }, quiet: true }],
    [["--host", "0.0.0.0"], { emulator: { host: "0.0.0.0" } }],
    [
      ["--hostname", "tenant.test", "--hostname", "bücher.test"],
      { emulator: { tls: { hostnames: ["tenant.test", "xn--bcher-kva.test"] } } },
    ],
    [["--hostname", "::1"], { emulator: { tls: { hostnames: ["::1"] } } }],
    [["--exec", "a b"], { program: { line: "a b" }, emulator: { port: 0 } }],
    [
      ["--users", "5", "--", "node", "--version", "--"],
      { program: { argv: ["node", "--version", "--"] }, emulator: { port: 0, users: 5 } },
    ],
    [["--exec", "x", "--port", "1234"], { emulator: { port: 1234 } }],
    [["--no-control"], { emulator: { control: false } }],
    [["--control-token", "t"], { emulator: { control: { token: "t" } } }],
    [["--dotenv", "-"], { envFile: "-" }],
    [["--env-file", "a.env"], { envFile: "a.env" }],
  ])("%j means what it says", (args, expected) => {
    expect(settings(...args)).toMatchObject(expected);
  });

  it.each([
    [["--port", "70000"], "--port is a whole number up to 65535"],
    [["--port", "0x10"], "--port is a whole number"],
    [["--users", "many"], "--users is a whole number"],
    [["--users", "20000000"], "--users is a whole number up to 10000000"],
    [["--users", "1e3"], "--users is a whole number"],
    [["--users", ""], "--users is a whole number"],
    [["--seed", "99999999999"], "--seed is a whole number"],
    [["--user", "5"], "no option '--user'. Did you mean --users?"],
    [["--rols=a"], "Did you mean --roles?"],
    [["--completely-else"], "no option '--completely-else'."],
    [["-x"], "no option"],
    [["--port"], "--port"],
    [["--tls=yes"], "--tls"],
    [["server"], '"server" is no option'],
    [["--roles", "User.Read.All,,Group.Read.All"], '"" is none'],
    [["--roles", "admin"], '"admin" is none'],
    [["--roles", "User.Read.All Group.Read.All"], "is none"],
    [["--app", "Sync"], "--app is a name and its permissions"],
    [["--app", "=User.Read.All"], "--app is a name and its permissions"],
    [["--app", "Sync=User"], '"User" is none'],
    [["--tenant", "fabrikam"], "--tenant is a domain"],
    [["--tenant", "10.0.0.1"], "--tenant is a domain"],
    [["--tenant", "a b.example"], "--tenant is the name of a host"],
    [["--api", "orders"], "--api is an application ID URI"],
    [["--api", "api://a b"], "--api is an application ID URI"],
    [["--host", " "], "--host needs a value"],
    [["--hostname=-a-"], "--hostname is the name of a host"],
    [["--hostname", ""], "--hostname is the name of a host"],
    [["--certificate", ""], "--certificate needs a value"],
    [["--dotenv", ""], "--dotenv needs a value"],
    [["--control-token", ""], "--control-token needs a value"],
    [["--control-token", "t", "--no-control"], "not both"],
    [["--exec", " "], "--exec needs a command"],
    [["--"], "After -- comes a command"],
    [["--exec", "a", "--", "b"], "not both"],
  ])("%j is refused with what is wrong", (args, said) => {
    expect(() => readSettings(args)).toThrow(Misuse);
    expect(() => readSettings(args)).toThrow(said);
  });

  it.each([
    [["-h"], "help"],
    [["--help", "--users", "5"], "help"],
    [["-v"], "version"],
    [["--version"], "version"],
  ])("%j asks for the %s", (args, wanted) => {
    expect(readSettings(args)).toBe(wanted);
  });

  it("is explained whole, a line for each option, within a terminal's width", () => {
    for (const name of Object.keys(commandOptions)) expect(usage).toMatch(new RegExp(`^  (-., )?--${name} `, "m"));
    for (const line of usage.split("\n")) expect(line.length).toBeLessThanOrEqual(120);
  });
});
