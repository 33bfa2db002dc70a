import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../..", import.meta.url));
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

/** Libraries are parsed once for all programs. */
const registry = ts.createDocumentRegistry();

/**
 * An editor in which somebody writes programs.
 * @param place of the file, which needn't exist
 * @param header what each program begins with
 */
export function editorAt(place: URL, header: string, changed: ts.CompilerOptions = {}) {
  const name = fileURLToPath(place);
  const write = (text: string): ts.LanguageService => {
    const host: ts.LanguageServiceHost = {
      getCompilationSettings: () => ({ ...options, ...changed }),
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
  };
  const complaintsOf = (service: ts.LanguageService) =>
    service.getSemanticDiagnostics(name).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));

  return {
    /** What is offered at the bar in a program. */
    offered(program: string): string[] {
      const text = header + program;
      const found = write(text.replace("|", "")).getCompletionsAtPosition(name, text.indexOf("|"), {});
      return found?.entries.map((entry) => entry.name) ?? [];
    },

    /** What the compiler says first. */
    complaint: (program: string): string => complaintsOf(write(header + program))[0] ?? "",

    /** The whole program, and all that is said of it. */
    program(text: string): { compiler: ts.Program; complaints: string[] } {
      const service = write(header + text);
      return { compiler: service.getProgram() as ts.Program, complaints: complaintsOf(service) };
    },
  };
}
