import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { dotenvText, writeEnvFile } from "../../../src/testing/command/env-file.js";
import { values } from "./env-values.js";

const folder = mkdtempSync(join(tmpdir(), "env-file-"));
let file = "";
let count = 0;
beforeEach(() => {
  file = join(folder, `${++count}.env`);
});
afterAll(() => rmSync(folder, { recursive: true }));

const print = `process.stdout.write(JSON.stringify(Object.fromEntries(${JSON.stringify(Object.keys(values))}.map((name) => [name, process.env[name]]))))`;
const bare = { PATH: process.env.PATH };

describe("the environment as dotenv text", () => {
  it("is read alike by a shell and by Node", () => {
    writeFileSync(file, dotenvText(values));
    const sourced = execFileSync("sh", ["-c", `set -a; . "${file}"; exec "${process.execPath}" -e '${print}'`], {
      env: bare,
    });
    expect(JSON.parse(sourced.toString())).toEqual(values);
    const read = execFileSync(process.execPath, [`--env-file=${file}`, "-e", print], { env: bare });
    expect(JSON.parse(read.toString())).toEqual(values);
  });

  it("is bare where it can be, for Docker keeps quotes", () => {
    expect(dotenvText({ A: values.SECRET, B: values.LIST, C: "/srv/a-b/ca.pem" })).toMatch(
      /^#.*\nA=-Ab8Q~x\.y_z-w\nB=127\.0\.0\.1,localhost\nC=\/srv\/a-b\/ca\.pem\n$/,
    );
  });

  it.each(["two\nlines", `it's "both"`, "back\\slash", "$" + "{HOME}"])(
    "refuses %j, which readers take differently",
    (value) => {
      expect(() => dotenvText({ NAME: value })).toThrow(/NAME is .*which no dotenv file holds/);
    },
  );
});

describe("the file", () => {
  it("is its owner's alone, and goes when it is taken away", () => {
    const remove = writeEnvFile(file, values);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).toBe(dotenvText(values));
    remove();
    expect(existsSync(file)).toBe(false);
    remove();
  });

  it("takes the place of one that this command wrote, and makes it its owner's", () => {
    writeFileSync(file, dotenvText({ A: "1" }), { mode: 0o644 });
    writeEnvFile(file, values);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).toBe(dotenvText(values));
  });

  it("stays where another start has written it since", () => {
    const remove = writeEnvFile(file, { A: "1" });
    writeEnvFile(file, { A: "2" });
    remove();
    expect(readFileSync(file, "utf8")).toContain("A=2");
  });

  it.each<[string, (path: string) => void]>([
    ["somebody's variables", (path) => writeFileSync(path, "DATABASE_URL=postgres://\n")],
    ["an empty file", (path) => writeFileSync(path, "")],
    ["a folder", (path) => mkdirSync(path)],
    ["a pipe", (path) => execFileSync("mkfifo", [path])],
  ])("doesn't overwrite %s", (_, make) => {
    make(file);
    const before = statSync(file).mtimeMs;
    expect(() => writeEnvFile(file, values)).toThrow(/is there already/);
    expect(statSync(file).mtimeMs).toBe(before);
  });

  it("says where it can't be written, and leaves nothing", () => {
    const lost = join(folder, "nowhere", "a.env");
    expect(() => writeEnvFile(lost, values)).toThrow(/--dotenv: .*nowhere.*can't be written: ENOENT/);
    expect(readdirSync(folder).filter((name) => name.endsWith(String(process.pid)))).toEqual([]);
  });
});
