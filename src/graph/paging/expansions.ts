import { AppIdentityError } from "../../errors.js";

/** A relation of one object that was expanded, and of which there may be more than Graph gave. */
export interface CutExpansion {
  /** Absent where it wasn't selected. */
  id?: string;
  relation: string;
}

/** Graph gives so many objects of an expanded relation, of some relations 100, and doesn't say whether there are more. */
const limits = [20, 100];

const advice = "Read the relation of each with readEach(), which follows its links to the end.";

/** The relations that a listing expands, and those of its objects that aren't whole. */
export class Expansions {
  readonly #relations: readonly string[];
  readonly #fail: boolean;
  #warned = false;

  /** @param expand as it is sent, `$expand` of the path included */
  constructor(expand: readonly string[], onCut: "fail" | undefined) {
    this.#relations = expand.flatMap(relationsOf);
    this.#fail = onCut === "fail";
  }

  /** @throws AppIdentityError `unsupported_query` where a cut expansion is to be an error */
  cutOf(objects: readonly Record<string, unknown>[]): CutExpansion[] {
    const cut: CutExpansion[] = [];
    for (const relation of this.#relations) {
      for (const object of objects) {
        if (isCut(object, relation)) cut.push({ ...(typeof object.id === "string" && { id: object.id }), relation });
      }
    }
    const [first] = cut;
    if (first !== undefined && this.#fail) {
      const of = first.id === undefined ? "an object" : first.id;
      throw new AppIdentityError("unsupported_query", `Graph may have cut the expanded "${first.relation}" of ${of}.`, {
        remedy: advice,
      });
    }
    if (first !== undefined && !this.#warned) {
      this.#warned = true;
      const what = `The listing expands "${first.relation}", of which Graph gives 20 objects at most; some have as many. `;
      process.emitWarning(what + advice, { code: "GRAPH_APP_IDENTITY_EXPAND_CUT" });
    }
    return cut;
  }
}

function isCut(object: Record<string, unknown>, relation: string): boolean {
  const value = object[relation];
  return (Array.isArray(value) && limits.includes(value.length)) || Object.hasOwn(object, `${relation}@odata.nextLink`);
}

/** `manager($select=id,mail),memberOf` names two. */
function relationsOf(clause: string): string[] {
  let bare = clause;
  for (let before = ""; bare !== before; ) {
    before = bare;
    bare = bare.replace(/\([^()]*\)/g, "");
  }
  return bare.split(",").map((name) => name.trim());
}
