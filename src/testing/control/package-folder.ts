import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where this module is: a URL, or a path as CommonJS has it. A bundler may leave neither. */
function here(): string | undefined {
  try {
    // As a whole, for that is what the CommonJS build replaces.
    const place: string | undefined = import.meta.url;
    return place?.startsWith("file:") ? fileURLToPath(place) : place;
  } catch {
    return undefined;
  }
}

/** The folder of this package, be it built or in source; `undefined` where a bundler has taken the code out of it. */
export function packageFolder(): string | undefined {
  let folder = dirname(here() ?? "/");
  while (folder !== dirname(folder)) {
    try {
      const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name?: string };
      if (name === "graph-app-identity") return folder;
    } catch {
      // None here.
    }
    folder = dirname(folder);
  }
  return undefined;
}
