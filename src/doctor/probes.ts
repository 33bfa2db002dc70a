import type * as Library from "../index.js";
import type { CheckName } from "./check-names.js";
import { type FunctionName, lacking } from "./needed-permissions.js";

export type ProbeName = Extract<CheckName, "query" | "paging" | "delta">;

type Probe = (library: typeof Library, client: Library.Client, functions: readonly FunctionName[]) => Promise<string>;

/** What functions rest on beyond a plain read, each tried once with as little as it takes. Answers tell no value of the directory. */
const probes: Readonly<Record<ProbeName, { of: readonly FunctionName[]; probe: Probe }>> = {
  query: {
    of: ["listUsers", "countUsers"],
    async probe(library, client) {
      await library.countUsers(client, { filter: "displayName ne 'none of this name'" });
      return "an advanced one is answered";
    },
  },
  paging: {
    of: ["listUsers", "readDirectory"],
    async probe(library, client) {
      let pages = 0;
      const listing = library.listUsers(client, { select: ["id"], pageSize: 1, limit: 2, prefetch: false });
      for await (const _page of listing.byPage()) pages += 1;
      return pages > 1 ? "a second page of users read behind its link" : "all users are on one page";
    },
  },
  delta: {
    of: ["deltaUsers", "deltaGroups", "readDirectory"],
    async probe(library, client, functions) {
      const watched = [
        functions.some((name) => name !== "deltaGroups") ? "users" : undefined,
        functions.some((name) => name !== "deltaUsers") ? "groups" : undefined,
      ].filter((name) => name !== undefined);
      for (const name of watched) {
        const round =
          name === "users"
            ? library.deltaUsers(client, { latest: true, select: ["id"] })
            : library.deltaGroups(client, { latest: true, select: ["id"] });
        for await (const _change of round);
      }
      return `a link for changes from now on, of ${watched.join(" and ")}`;
    },
  },
};

/** What has to be tried for the functions, each with those that may be used; nothing is tried that lacks its permission. */
export function probesFor(functions: readonly FunctionName[], granted: readonly string[] | undefined) {
  const names = Object.keys(probes) as ProbeName[];
  return names.flatMap((name) => {
    const { of, probe } = probes[name];
    const wanting = functions.filter((wanted) => of.includes(wanted));
    if (wanting.length === 0) return [];
    const usable = granted ? wanting.filter((wanted) => lacking(wanted, granted).length === 0) : wanting;
    return { name, usable, probe };
  });
}
