import type { Directory } from "../../directory/directory.js";
import type { EmulatorClock } from "../../wire/messages.js";
import type { DirectoryPaths } from "../directory-paths.js";

/** What addresses of their own answer from. */
export interface EndpointContext {
  directory: Directory;
  paths: DirectoryPaths;
  clock: EmulatorClock;
  /** Makes a text that nobody else can make, and that tells its content back to this tenant only. */
  seal(content: object): string;
}
