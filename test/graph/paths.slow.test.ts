import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const name = fileURLToPath(new URL("written.ts", import.meta.url));
const options: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  skipLibCheck: true,
  types: ["node"],
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.es2023.d.ts"],
};
const header = `import type { Client } from "@microsoft/microsoft-graph-client";
import { listAll } from "../../src/graph/list-all.js";
declare const client: Client;
`;

/** An editor in which somebody writes a program. */
function editorWith(text: string): ts.LanguageService {
  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => options,
    getScriptFileNames: () => [name],
    // By its text, or the registry would hand out the last one.
    getScriptVersion: (file) => (file === name ? text : "1"),
    getScriptSnapshot: (file) => {
      const content = file === name ? text : ts.sys.readFile(file);
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (file) => file === name || ts.sys.fileExists(file),
    readFile: ts.sys.readFile,
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  };
  return ts.createLanguageService(host, registry);
}

/** Libraries are parsed once for all programs. */
const registry = ts.createDocumentRegistry();

/** What is offered at the bar in a program. */
function offered(program: string): string[] {
  const text = header + program;
  const editor = editorWith(text.replace("|", ""));
  const found = editor.getCompletionsAtPosition(name, text.indexOf("|"), {});
  return found?.entries.map((entry) => entry.name) ?? [];
}

/** What the compiler says first. */
function complaint(program: string): string {
  const [first] = editorWith(header + program).getSemanticDiagnostics(name);
  return first === undefined ? "" : ts.flattenDiagnosticMessageText(first.messageText, "\n");
}

describe("an editor", () => {
  it.each([
    [
      "properties of groups",
      'listAll(client, "/groups", { select: ["|"] });',
      ["displayName", "mailEnabled"],
      "members",
    ],
    [
      "properties of what a cast names",
      'listAll(client, "/groups/x/members/microsoft.graph.user", { select: ["|"] });',
      ["jobTitle", "mail"],
      "groupTypes",
    ],
    [
      "properties of any kind of member",
      'listAll(client, "/groups/x/members", { select: ["|"] });',
      ["jobTitle", "appId", "groupTypes"],
      "@odata.type",
    ],
    ["relations", 'listAll(client, "/groups", { expand: "|" });', ["members", "owners"], "displayName"],
    ["what to sort by", 'listAll(client, "/groups", { orderBy: "|" });', ["displayName desc"], "members"],
    ["paths", 'listAll(client, "|");', ["/users", "/groups", "/auditLogs/signIns", "/domains"], "/nobody"],
  ])("offers %s", (_what, program, some, other) => {
    const names = offered(program);
    expect(names).toEqual(expect.arrayContaining(some));
    expect(names).not.toContain(other);
  });

  it.each([
    ["a misspelt property", 'listAll(client, "/groups", { select: ["displayNam"] });', /"displayNam".*not assignable/],
    ["another kind's property", 'listAll(client, "/groups", { select: ["jobTitle"] });', /"jobTitle".*not assignable/],
    [
      "what wasn't selected",
      'for await (const group of listAll(client, "/groups", { select: ["id"] })) group.mail; export {};',
      /'mail' does not exist/,
    ],
    ["a misspelt option", 'listAll(client, "/groups", { slect: ["id"] });', /'slect' does not exist/],
    ["a name in place of a list", 'listAll(client, "/groups", { select: "id" });', /'string' is not assignable/],
  ])("complains of %s where it stands", (_what, program, message) => {
    expect(complaint(program)).toMatch(message);
  });
});

it("fifty typed listings cost the compiler at most 15,000 instantiations more than fifty that aren't", () => {
  const paths = ["/users", "/groups", "/devices", "/applications", "/servicePrincipals", "/contacts", "/domains"];
  const relations = ["members", "owners", "transitiveMembers", "memberOf"].map((relation) => `/groups/x/${relation}`);
  const all = [...paths, ...relations, "/groups/x/members/microsoft.graph.user", "/auditLogs/signIns"];
  const program = (type: string) =>
    Array.from({ length: 50 }, (_, n) => `listAll${type}(client, "${all[n % all.length]}", { select: ["id"] });`).join(
      "\n",
    );
  const instantiations = (text: string) => {
    const compiler = editorWith(header + text).getProgram() as ts.Program;
    expect(compiler.getSemanticDiagnostics(compiler.getSourceFile(name)).length).toBe(0);
    return compiler.getInstantiationCount();
  };
  const [typed, untyped] = [instantiations(program("")), instantiations(program("<any>"))];
  console.log(`Fifty typed listings: ${typed - untyped} instantiations more than with any.`);
  expect(typed - untyped).toBeLessThan(15_000);
});
