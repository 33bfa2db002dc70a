import type { Directory } from "../../directory/directory.js";
import type { Grant } from "../../directory/granted-roles.js";
import type { EmulatorClock } from "../../wire/messages.js";
import type { DirectoryPaths } from "../directory-paths.js";

/** What addresses of their own answer from. */
export interface EndpointContext {
  directory: Directory;
  paths: DirectoryPaths;
  clock: EmulatorClock;
  /** What apps were granted, beside those that were generated. */
  grants(): readonly Grant[];
  /** Makes a text that nobody else can make, and that tells its content back to this tenant only. */
  seal(content: object): string;
}
