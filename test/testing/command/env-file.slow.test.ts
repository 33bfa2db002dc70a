import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { dotenvText } from "../../../src/testing/command/env-file.js";
import { values } from "./env-values.js";

const folder = mkdtempSync(join(tmpdir(), "env-file-"));
const file = join(folder, "python.env");
afterAll(() => rmSync(folder, { recursive: true }));

const dotenv = ["python3", "/usr/bin/python3"].find((path) => spawnSync(path, ["-c", "import dotenv"]).status === 0);
if (!dotenv) console.log("Skipped: python-dotenv, which isn't installed here (Debian's python3-dotenv).");

describe("the environment as dotenv text", () => {
  it.runIf(dotenv)("is read alike by python-dotenv", () => {
    writeFileSync(file, dotenvText(values));
    const program = "import dotenv, json, sys; print(json.dumps(dotenv.dotenv_values(sys.argv[1])))";
    expect(JSON.parse(execFileSync(dotenv!, ["-c", program, file]).toString())).toEqual(values);
  });
});
