import { resolve } from "node:path";
import type { AppIdentityError, AppIdentityErrorCode } from "../errors.js";
import { quoted, secretKind } from "../quotable.js";
import { refusal } from "../refusal.js";

/** A file that can't be read, as a function takes its path. */
export interface UnreadableFile {
  readonly code: AppIdentityErrorCode;
  /** What takes the path, for a message. */
  readonly field: string;
  readonly path: string;
  readonly remedy: string;
  /** Whether it could be read before. */
  readonly lost?: boolean;
  /** Where what is in such a file belongs, by what it looks like: it is easily given in place of the path. */
  readonly instead: Readonly<Partial<Record<string, string>>>;
}

/** Why a file can't be read, with the folder that it was looked for in; or that it is no path at all, and then without its text. */
export function unreadable(
  { code, field, path, remedy, lost, instead }: UnreadableFile,
  cause: unknown,
): AppIdentityError {
  const kind = secretKind(path);
  if (kind !== undefined) {
    const advice = instead[kind] ?? "Give the path of a file.";
    return refusal(code, `${field} takes the path of a file, and this looks like ${kind} itself.`, advice);
  }
  const shown = quoted(path, "path");
  const place = resolve(path) === path ? "" : ` in ${process.cwd()}`;
  // The system's error names the path.
  const told = shown === JSON.stringify(path);
  return refusal(
    code,
    `${field} can't be read${lost ? " any more" : ""}: ${shown}${told ? place : ""}.`,
    remedy,
    told ? cause : undefined,
  );
}
