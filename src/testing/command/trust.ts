import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adding, replacing, trustedTexts } from "../crypto/trusted-texts.js";

/** Whom to trust, as files and variables. */
export interface Trust {
  /** The emulator's authority; after it what Node was told to trust beside its roots, since Node knows one such file only. */
  ca: string;
  /** The same, after what was trusted before. */
  bundle: string;
  variables: Record<string, string>;
  /** Takes the files away. Synchronous, so that it can be the last thing a process does. */
  remove(): void;
}

/**
 * Writes whom to trust into a folder of its own, for the time of one start; nothing is installed. What is trusted already goes on being
 * trusted, so that other hosts can be reached.
 */
export function writeTrust(authority: string, env: NodeJS.ProcessEnv): Trust {
  const folder = mkdtempSync(join(tmpdir(), "graph-app-identity-"));
  const ca = join(folder, "ca.pem");
  const bundle = join(folder, "bundle.pem");
  try {
    const texts = trustedTexts(authority, env);
    writeFileSync(ca, texts.ca);
    writeFileSync(bundle, texts.bundle);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    ca,
    bundle,
    variables: { [adding]: ca, ...Object.fromEntries(replacing.map((name) => [name, bundle])) },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
