import type { Directory } from "../directory/directory.js";
import type { EmulatorClock } from "../wire/messages.js";
import type { PageTokens } from "./page-token.js";
import type { QueryOptions } from "./query/options.js";
import { type Filter, invalidFilter } from "./query/parse-filter.js";
import { readFilter, readSelect } from "./query/parse-query.js";
import { GraphRefusal, unsupportedQuery } from "./refusal.js";
import type { GraphSwitches } from "./switches.js";

interface DeltaPage {
  select: readonly string[] | undefined;
  value: object[];
  /** `$skiptoken` when the round goes on, `$deltatoken` when it is over. */
  next: { option: "$skiptoken" | "$deltatoken"; token: string };
}

/** Tells what happened to the users since the last round; the first round tells everyone. */
export interface Delta {
  /** @param address of the delta function, for the `Location` of an answer that says to start again */
  page(options: QueryOptions, address: string, minimal: boolean): DeltaPage;
}

interface DeltaOptions {
  directory: Directory;
  tokens: PageTokens;
  switches: GraphSwitches;
  clock: EmulatorClock;
  /** How much of a page is used. */
  pageSize(wanted: number): number;
  random: () => number;
}

/** Everything a delta token knows. The options of the first request live on in it. */
interface State {
  /** As against a list's token. */
  delta: true;
  select: readonly string[] | undefined;
  ids: readonly string[] | undefined;
  /** The first round goes through the keys from here; `undefined` in later rounds. */
  position: number | undefined;
  /** Changes before this one were told in an earlier round. */
  since: number;
  /** The change a later round goes on with. */
  cursor: number;
  at: number;
}

const mostIds = 50;

export function createDelta({ directory, tokens, switches, clock, pageSize, random }: DeltaOptions): Delta {
  const replayed = () => random() < switches.replays;

  function start(options: QueryOptions): State {
    const refused = ["$top", "$orderby", "$expand", "$search", "$count", "$skip"].find(
      (name) => options.get(name) !== undefined,
    );
    if (refused) throw unsupportedQuery(`The query option '${refused}' is not supported by delta queries on users.`);
    const filter = readFilter(options);
    // What changes during the first round is told again after it: better twice than never.
    const since = directory.changes.length;
    return {
      delta: true,
      select: readSelect(options.get("$select"), directory),
      ids: filter && idsIn(filter),
      position: 0,
      since,
      cursor: since,
      at: clock.now(),
    };
  }

  function resume(token: string, address: string): State {
    const state = tokens.open(token) as State | undefined;
    const gone =
      "The sync state generation is not found. The delta token is expired and data must be synchronized again.";
    if (!state?.delta) throw new GraphRefusal(400, "syncStateNotFound", gone);
    if (clock.now() - state.at <= switches.deltaTokenLifetimeMs) return state;
    const select = state.select ? `$select=${state.select.join(",")}&` : "";
    throw new GraphRefusal(410, "syncStateNotFound", gone, {
      location: `${address}?${select}$deltatoken=`,
    });
  }

  const wanted = (state: State, key: number) =>
    !state.ids || state.ids.includes(String(directory.member(key)("id")).toLowerCase());

  function tombstone(key: number): object {
    return { id: directory.member(key)("id"), "@removed": { reason: directory.removal(key) } };
  }

  /** A user with the properties asked for; those that never had a value are left out. */
  function whole(state: State, key: number, changed?: ReadonlySet<string>): object {
    const read = directory.member(key);
    const properties = new Set(["id", ...(state.select ?? directory.defaults)]);
    const entries = [...properties].map((property) => [property, read(property)] as const);
    return Object.fromEntries(
      entries.filter(
        ([property, value]) => value !== null || changed?.has(property) || directory.wasSet(key, property),
      ),
    );
  }

  /** A user with nothing but what changed, and the id. */
  function reduced(state: State, key: number, changed: ReadonlySet<string>): object {
    const user = Object.entries(whole(state, key, changed));
    return Object.fromEntries(user.filter(([property]) => property === "id" || changed.has(property)));
  }

  function firstRound(state: State, room: number): { value: object[]; state: State; over: boolean } {
    const value: object[] = [];
    let position = state.position ?? 0;
    for (; position < directory.end && value.length < room; position += 1) {
      if (!wanted(state, position)) continue;
      value.push(directory.exists(position) ? whole(state, position) : tombstone(position));
    }
    const over = position >= directory.end;
    return { value, over, state: over ? { ...state, position: undefined } : { ...state, position } };
  }

  function laterRound(state: State, room: number, minimal: boolean): { value: object[]; state: State; over: boolean } {
    const { changes } = directory;
    const last = new Map<number, number>();
    const changed = new Map<number, Set<string> | undefined>();
    for (let index = state.since; index < changes.length; index += 1) {
      const { key, properties } = changes[index]!;
      last.set(key, index);
      const known = changed.has(key) ? changed.get(key) : new Set<string>();
      changed.set(key, properties && known && new Set([...known, ...properties]));
    }
    const value: object[] = [];
    let cursor = state.cursor;
    for (; cursor < changes.length && value.length < room; cursor += 1) {
      const { key } = changes[cursor]!;
      // A user that changed several times comes once, where it changed last.
      if (last.get(key) !== cursor || !wanted(state, key)) continue;
      const properties = changed.get(key);
      if (!directory.exists(key)) value.push(tombstone(key));
      else if (!properties) value.push(whole(state, key));
      else if ((state.select ?? directory.defaults).some((property) => properties.has(property))) {
        value.push(minimal ? reduced(state, key, properties) : whole(state, key, properties));
      }
    }
    const over = cursor >= changes.length;
    return { value, over, state: over ? { ...state, since: cursor, cursor } : { ...state, cursor } };
  }

  return {
    page(options, address, minimal) {
      const latest = options.get("$deltatoken")?.toLowerCase() === "latest";
      const token = latest ? undefined : options.get("$skiptoken") || options.get("$deltatoken");
      let state = token ? resume(token, address) : start(options);
      if (latest) state = { ...state, position: undefined };
      const room = pageSize(switches.deltaPageSize);
      const round = state.position === undefined ? laterRound(state, room, minimal) : firstRound(state, room);
      const again = round.value.filter(replayed);
      let next = { ...round.state, at: clock.now() };
      if (round.over && replayed())
        next = { ...next, since: Math.max(0, next.since - 3), cursor: Math.max(0, next.cursor - 3) };
      return {
        select: state.select,
        value: [...round.value, ...again],
        next: { option: round.over ? "$deltatoken" : "$skiptoken", token: tokens.seal(next) },
      };
    },
  };
}

/** `id eq 'a' or id eq 'b'`: all that delta queries on users can be filtered by. */
function idsIn(filter: Filter): string[] {
  const parts = filter.kind === "or" ? filter.parts : [filter];
  const ids = parts.map((part) => {
    const byId = part.kind === "compare" && part.operator === "eq" && part.path.join("/").toLowerCase() === "id";
    if (!byId) throw unsupportedQuery("Delta queries on users can be filtered by 'id eq' only.");
    if (part.literal.type !== "String") throw invalidFilter("The id must be a string.");
    return String(part.literal.value).toLowerCase();
  });
  if (ids.length > mostIds)
    throw unsupportedQuery(`Too many ids in the filter: ${ids.length}. Max allowed: ${mostIds}.`);
  return ids;
}
