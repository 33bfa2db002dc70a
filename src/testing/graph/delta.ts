import type { Kind } from "../directory/collection.js";
import type { Directory } from "../directory/directory.js";
import type { EmulatorClock, WireReply } from "../wire/messages.js";
import { type Asked, addressOf, type GraphCaller } from "./asked.js";
import { createDeltaEntries, type DeltaEntries } from "./delta-entries.js";
import { createDeltaPage, type DeltaPage, fromTheStart, type Within } from "./delta-page.js";
import { type DeltaAsked, parseDelta } from "./delta-query.js";
import { changesSince, type Happened } from "./happened.js";
import type { PageTokens } from "./page-token.js";
import { authorize, authorizeProperties, canRead, neededToRead } from "./permissions.js";
import { GraphRefusal, unsupportedQuery } from "./refusal.js";
import { contextOf, json } from "./reply.js";
import type { GraphSwitches } from "./switches.js";
import { viewOf } from "./view.js";

/** Tells what happened since the last round; the first round tells everything. */
export interface Delta {
  /** @param kinds one, or several that are told together */
  answer(asked: Asked, kinds: readonly Kind[]): WireReply;
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
interface State extends DeltaAsked {
  /** As against a list's token. */
  delta: true;
  /** The first round goes through the keys of each kind from here; `undefined` in later rounds. */
  position: Position | undefined;
  /** Changes before this one were told in an earlier round. */
  since: number;
  /** The change a later round goes on with. */
  cursor: number;
  within: Within;
  at: number;
}

interface Position {
  /** Number of the kind. */
  kind: number;
  key: number;
}

interface Round {
  value: object[];
  state: State;
  over: boolean;
}

/** Over sixty lines: the steps of one answer, which share tokens, switches and clock. */
export function createDelta({ directory, tokens, switches, clock, pageSize, random }: DeltaOptions): Delta {
  const { populations } = directory;
  const replayed = () => random() < switches.replays;

  function begin(asked: Asked, kinds: readonly Kind[]): State {
    authorizeProperties(
      asked.caller,
      asked.options,
      kinds.map((kind) => populations[kind]),
    );
    // What changes during the first round is told again after it: better twice than never.
    const since = directory.changes.length;
    const parsed = parseDelta(asked.options, kinds, populations);
    return {
      ...parsed,
      kinds: readable(asked.caller, parsed),
      delta: true,
      position: { kind: 0, key: 0 },
      since,
      cursor: since,
      within: fromTheStart,
      at: clock.now(),
    };
  }

  /** Several kinds together: those that were named must be open to the app; where ids were, the others are left out. */
  function readable(caller: GraphCaller, { kinds, mixed, ids }: DeltaAsked): readonly Kind[] {
    if (!mixed) return kinds;
    const open = kinds.filter((kind) => canRead(caller, populations[kind], "/delta"));
    for (const kind of ids && open.length > 0 ? [] : kinds)
      authorize(caller, neededToRead(populations[kind], "/delta"));
    return open;
  }

  function resume(token: string, address: string, kinds: readonly Kind[]): State {
    const state = tokens.open(token) as State | undefined;
    const isOfThese = state?.delta && state.mixed === kinds.length > 1 && kinds.includes(state.kinds[0]!);
    if (!isOfThese) throw syncStateNotFound(400);
    if (clock.now() - state.at <= switches.deltaTokenLifetimeMs) return state;
    if (switches.deltaExpiry === "unsupportedQuery")
      throw unsupportedQuery("DeltaLink older than 30 days is not supported.");
    if (switches.deltaExpiry === "syncStateNotFound") throw syncStateNotFound(400);
    throw syncStateNotFound(410, { location: `${address}?${state.again}` });
  }

  function firstRound(entries: DeltaEntries, state: State, room: number): Round {
    const page = createDeltaPage(room, switches.deltaRelatedSize);
    let { position, within } = { ...state, position: behindEnds(state.kinds, state.position!) };
    for (; position.kind < state.kinds.length && !page.isFull(); position = behindEnds(state.kinds, position)) {
      const collection = populations[state.kinds[position.kind]!];
      const object = { collection, key: position.key };
      let rest: Within | undefined;
      if (entries.isWanted(object)) {
        if (!collection.exists(object.key)) page.value.push(entries.tombstone(object));
        else rest = page.tell(entries.ways(object), within, () => entries.whole(object), entries.related(object));
      }
      within = rest ?? fromTheStart;
      if (!rest) position = { ...position, key: position.key + 1 };
    }
    const over = position.kind >= state.kinds.length;
    return { value: page.value, over, state: { ...state, within, position: over ? undefined : position } };
  }

  /** From the end of one kind to the beginning of the next one that has any. */
  function behindEnds(kinds: readonly Kind[], { kind, key }: Position): Position {
    const isAtEnd = kind < kinds.length && key >= populations[kinds[kind]!].end;
    return isAtEnd ? behindEnds(kinds, { kind: kind + 1, key: 0 }) : { kind, key };
  }

  function laterRound(entries: DeltaEntries, state: State, room: number, minimal: boolean): Round {
    const { changes } = directory;
    const happenings = changesSince(changes, state.since, state.kinds);
    const page = createDeltaPage(room, switches.deltaRelatedSize);
    let { cursor, within } = state;
    while (cursor < changes.length && !page.isFull()) {
      const happened = happenings.at(cursor);
      const rest = happened && retell(page, entries, happened, within, minimal);
      within = rest ?? fromTheStart;
      if (!rest) cursor += 1;
    }
    const over = cursor >= changes.length;
    return { value: page.value, over, state: { ...state, cursor, within, since: over ? cursor : state.since } };
  }

  function retell(page: DeltaPage, entries: DeltaEntries, happened: Happened, within: Within, minimal: boolean) {
    const object = { collection: populations[happened.kind], key: happened.key };
    const { properties } = happened;
    if (!entries.isWanted(object)) return undefined;
    if (!object.collection.exists(object.key)) {
      page.value.push(entries.tombstone(object));
      return undefined;
    }
    if (properties && !entries.isAskedFor(object, properties)) return undefined;
    const entry = () =>
      properties && minimal ? entries.reduced(object, properties) : entries.whole(object, properties);
    return page.tell(entries.ways(object), within, entry, entries.touched(object, happened));
  }

  return {
    answer(asked, kinds) {
      const { options, request } = asked;
      const address = addressOf(asked);
      const minimal = /\breturn=minimal\b/i.test(request.headers.prefer ?? "");
      const latest = options.get("$deltatoken")?.toLowerCase() === "latest";
      const token = latest ? undefined : options.get("$skiptoken") || options.get("$deltatoken");
      let state = token ? resume(token, address, kinds) : begin(asked, kinds);
      if (latest) state = { ...state, position: undefined };
      const room = pageSize(switches.deltaPageSize);
      const entries = createDeltaEntries(directory, state, viewOf(directory, asked));
      const round =
        state.position === undefined ? laterRound(entries, state, room, minimal) : firstRound(entries, state, room);
      const again = round.value.filter(replayed);
      const next = { ...round.state, at: clock.now() };
      if (round.over && replayed()) {
        next.since = Math.max(0, next.since - 3);
        next.cursor = Math.max(0, next.cursor - 3);
      }
      const link = round.over ? "deltatoken" : "skiptoken";
      const [kind] = state.kinds as [Kind];
      const page = {
        "@odata.context": state.mixed
          ? contextOf(asked.root, "directoryObjects", undefined)
          : contextOf(asked.root, contextName(kind), state.select?.[kind]),
        [round.over ? "@odata.deltaLink" : "@odata.nextLink"]: `${address}?$${link}=${tokens.seal(next)}`,
        value: [...round.value, ...again],
      };
      return json(page, minimal ? { "preference-applied": "return=minimal" } : {});
    },
  };
}

function contextName(kind: Kind): string {
  return kind === "administrativeUnits" ? "directory/administrativeUnits" : kind;
}

function syncStateNotFound(status: 400 | 410, headers: Record<string, string> = {}): GraphRefusal {
  const gone =
    "The sync state generation is not found. The delta token is expired and data must be synchronized again.";
  return new GraphRefusal(status, "syncStateNotFound", gone, headers);
}
