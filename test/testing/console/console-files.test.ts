import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("../../../dist/console/", import.meta.url));
const read = (name: string) => readFileSync(folder + name, "utf8");

describe("the console, as it is built", () => {
  it("is three files, and the licence of what is in them", () => {
    expect(readdirSync(folder).sort()).toEqual(["console.css", "console.js", "index.html", "preact.LICENSE"]);
    expect(read("preact.LICENSE")).toMatch(/MIT/);
  });

  it("has 30 kB at most, gzipped", () => {
    const bytes = ["index.html", "console.js", "console.css"].map((name) => gzipSync(read(name)).length);
    expect(bytes.reduce((sum, each) => sum + each)).toBeLessThanOrEqual(30_000);
  });

  it("holds no style and no script of its page's own, which wouldn't be obeyed, and loads nothing from elsewhere", () => {
    expect(read("index.html")).not.toMatch(/<style|style=|<script>|\son\w+=/);
    const addresses = ["index.html", "console.js", "console.css"].flatMap((name) =>
      read(name).match(/https?:\/\/[\w.]+/g),
    );
    // Namespaces of SVG and MathML, and what programs are shown to ask.
    expect(addresses.filter((address) => address && !/w3\.org|graph\.microsoft\.com/.test(address))).toEqual([]);
  });
});
