import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "publishing-"));
  for (const name of ["package.json", "README.md"]) cpSync(join(root, name), join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true }));

const prepare = (env: Record<string, string>) =>
  spawnSync(process.execPath, [join(root, ".github/publish/prepare.mjs")], {
    cwd: folder,
    encoding: "utf8",
    env: {
      PATH: process.env.PATH,
      GITHUB_REPOSITORY: "contoso/graph-app-identity",
      GITHUB_REF_NAME: `v${version}`,
      ...env,
    },
  });
const read = (name: string) => readFileSync(join(folder, name), "utf8");
/** What a README links to, outside its code. */
const targets = (text: string) =>
  [...text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/\]\(([^)\s]+)\)|<img\b[^>]*\bsrc="([^"]+)"/g)].map(
    ([, link, image]) => (link ?? image) as string,
  );

describe("what is published", () => {
  it("names its repository, as provenance wants, and links to nothing relative", () => {
    const relative = targets(read("README.md")).filter((target) => !/^(https:|#)/.test(target));
    expect(relative.length).toBeGreaterThan(2);
    expect(prepare({})).toMatchObject({ status: 0, stderr: "" });
    const { repository, publishConfig } = JSON.parse(read("package.json"));
    expect(repository.url).toBe("git+https://github.com/contoso/graph-app-identity.git");
    expect(publishConfig.provenance).toBeUndefined();
    const after = targets(read("README.md"));
    expect(after.filter((target) => !/^(https:|#)/.test(target))).toEqual([]);
    for (const target of relative) {
      expect(after.some((absolute) => absolute.endsWith(`/v${version}/${target}`))).toBe(true);
    }
  });

  it("keeps code, addresses and places on the page as they are", () => {
    const text = "[a](https://x.example) [b](#b) [c](./d.md) ![e](f.svg)\n```\n[g](h.md)\n```\n[`i` [j]](k/l.md#m)\n";
    writeFileSync(join(folder, "README.md"), text);
    prepare({});
    const at = (kind: string) => `https://github.com/contoso/graph-app-identity/${kind}/v${version}`;
    expect(read("README.md")).toBe(
      `[a](https://x.example) [b](#b) [c](${at("blob")}/d.md) ![e](${at("raw")}/f.svg)\n\`\`\`\n[g](h.md)\n\`\`\`\n[\`i\` [j]](${at("blob")}/k/l.md#m)\n`,
    );
  });

  it("reaches links with titles, and those that are defined elsewhere", () => {
    writeFileSync(join(folder, "README.md"), '[a](b.md "B") [c][d] [e][f]\n\n[d]: ./g/h.md\n[f]: https://x.example\n');
    prepare({});
    const blob = `https://github.com/contoso/graph-app-identity/blob/v${version}`;
    expect(read("README.md")).toBe(
      `[a](${blob}/b.md "B") [c][d] [e][f]\n\n[d]: ${blob}/g/h.md\n[f]: https://x.example\n`,
    );
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ["without a repository", { GITHUB_REPOSITORY: "" }, /GITHUB_REPOSITORY/],
    ["under a tag of another version", { GITHUB_REF_NAME: "v99.0.0" }, /must agree/],
  ])("isn't %s", (_how, env, message) => {
    const { status, stderr } = prepare(env);
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
    expect(JSON.parse(read("package.json")).repository).toBeUndefined();
  });
});
