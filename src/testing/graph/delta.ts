import { type Kind, objectOf } from "../directory/collection.js";
import type { Directory } from "../directory/directory.js";
import type { ObjectRef } from "../directory/object-set.js";
import type { Population } from "../directory/population.js";
import { type Navigation, navigationNamed } from "../directory/relation-rules.js";
import type { EmulatorClock, WireReply } from "../wire/messages.js";
import { type Asked, addressOf } from "./asked.js";
import { type DeltaAsked, parseDelta } from "./delta-query.js";
import { changesSince, type Happened } from "./happened.js";
import type { PageTokens } from "./page-token.js";
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

/** How far the relations of one object have been told: the number of the relation, and a place in it. */
interface Within {
  relation: number;
  place: number;
}

/** Everything a delta token knows. The options of the first request live on in it. */
interface State extends DeltaAsked {
  /** As against a list's token. */
  delta: true;
  /** The first round goes through the keys of each kind from here; `undefined` in later rounds. */
  position: { kind: number; key: number } | undefined;
  /** Changes before this one were told in an earlier round. */
  since: number;
  /** The change a later round goes on with. */
  cursor: number;
  within: Within;
  at: number;
}

interface Round {
  value: object[];
  state: State;
  over: boolean;
}

interface RelatedItem {
  "@odata.type": string;
  id: unknown;
  "@removed"?: { reason: "deleted" };
}

const start: Within = { relation: 0, place: 0 };

export function createDelta({ directory, tokens, switches, clock, pageSize, random }: DeltaOptions): Delta {
  const { populations, relations } = directory;
  const replayed = () => random() < switches.replays;

  function begin(asked: Asked, kinds: readonly Kind[]): State {
    // What changes during the first round is told again after it: better twice than never.
    const since = directory.changes.length;
    return {
      ...parseDelta(asked.options, kinds, populations),
      delta: true,
      position: { kind: 0, key: 0 },
      since,
      cursor: since,
      within: start,
      at: clock.now(),
    };
  }

  function resume(token: string, address: string, kinds: readonly Kind[]): State {
    const state = tokens.open(token) as State | undefined;
    if (!state?.delta || !kinds.includes(state.kinds[0]!)) throw syncStateNotFound(400);
    if (clock.now() - state.at <= switches.deltaTokenLifetimeMs) return state;
    if (switches.deltaExpiry === "unsupportedQuery")
      throw unsupportedQuery("DeltaLink older than 30 days is not supported.");
    if (switches.deltaExpiry === "syncStateNotFound") throw syncStateNotFound(400);
    throw syncStateNotFound(410, { location: `${address}?${state.again}` });
  }

  const idOf = ({ collection, key }: ObjectRef) => collection.member(key)("id");
  const wanted = (state: State, object: ObjectRef) => !state.ids || state.ids.includes(String(idOf(object)));
  const propertiesOf = (state: State, { kind, defaults }: Population) => state.select?.[kind] ?? defaults;
  const typeOf = ({ collection }: ObjectRef) => `#microsoft.graph.${collection.entity}`;
  /** Where several kinds are told together, each says what it is. */
  const typed = (state: State, object: ObjectRef) => (state.kinds.length > 1 ? { "@odata.type": typeOf(object) } : {});

  function tombstone(state: State, object: ObjectRef): object {
    const { reason } = populations[object.collection.kind!].removed.get(object.key)!;
    return { ...typed(state, object), id: idOf(object), "@removed": { reason } };
  }

  /** An object with the properties asked for; those that never had a value are left out. */
  function whole(state: State, object: ObjectRef, changed?: ReadonlySet<string>): Record<string, unknown> {
    const population = populations[object.collection.kind!];
    const { key } = object;
    const read = population.member(key);
    const shown: Record<string, unknown> = typed(state, object);
    for (const property of new Set(["id", ...propertiesOf(state, population)])) {
      const value = read(property);
      if (value !== null || changed?.has(property) || population.wasSet(key, property)) shown[property] = value;
    }
    return shown;
  }

  /** An object with nothing but what changed, and the id. */
  function reduced(state: State, object: ObjectRef, changed: ReadonlySet<string>): Record<string, unknown> {
    const entries = Object.entries(whole(state, object, changed));
    return Object.fromEntries(entries.filter(([name]) => name === "id" || name[0] === "@" || changed.has(name)));
  }

  function item(object: ObjectRef, removed: boolean): RelatedItem {
    const named = { "@odata.type": typeOf(object), id: idOf(object) };
    return removed ? { ...named, "@removed": { reason: "deleted" } } : named;
  }

  const tracked = (state: State, { collection }: ObjectRef): readonly Navigation[] =>
    (state.related[collection.kind!] ?? []).map((name) => navigationNamed(collection.kind, name)!);

  /** Puts the next relations of an object into its entry, so many at most; what is left starts where it says. */
  function fill(
    entry: Record<string, unknown>,
    ways: readonly Navigation[],
    from: Within,
    room: number,
    itemsOf: (way: Navigation, place: number, room: number) => { items: RelatedItem[]; next: number | undefined },
  ): { taken: number; left: Within | undefined } {
    let taken = 0;
    let { relation, place } = from;
    for (; relation < ways.length; relation += 1, place = 0) {
      const way = ways[relation]!;
      if (taken >= room) return { taken, left: { relation, place } };
      const { items, next } = itemsOf(way, place, room - taken);
      if (items.length > 0) entry[`${way.name}@delta`] = items;
      taken += items.length;
      if (next !== undefined) return { taken, left: { relation, place: next } };
    }
    return { taken, left: undefined };
  }

  function told(asked: Asked, object: ObjectRef) {
    const view = viewOf(directory, asked);
    return (way: Navigation, place: number, room: number) => {
      const set = view.related(object, way);
      const items: RelatedItem[] = [];
      for (let at = set.next(place); at < set.end; at = set.next(at + 1)) {
        const other = set.at(at);
        if (!other) continue;
        if (items.length === room) return { items, next: at };
        items.push(item(other, false));
      }
      // Who has left is told even in the first round.
      const [{ rule }] = way.parts as [Navigation["parts"][number]];
      const visible = view.related(object, way).collections;
      for (const former of relations.ended(rule, object.key)) {
        if (visible.includes(former.collection)) items.push(item(former, true));
      }
      return { items, next: undefined };
    };
  }

  /** Tells objects until the page is full of them, or of what they are related to. */
  function pageOf(room: number) {
    const value: object[] = [];
    let left = switches.deltaRelatedSize;
    return {
      value,
      isFull: () => value.length >= room || left <= 0,
      /** @returns where the object's relations go on in the next page; `undefined` when all of it was told */
      tell(
        ways: readonly Navigation[],
        from: Within,
        entryOf: () => Record<string, unknown>,
        itemsOf: Parameters<typeof fill>[4],
      ): Within | undefined {
        let within: Within | undefined = from;
        do {
          const entry = entryOf();
          // An entry holds half of what a page does: large groups come in several, in a page and in the next ones.
          const filled = fill(entry, ways, within, Math.min(left, Math.ceil(switches.deltaRelatedSize / 2)), itemsOf);
          value.push(entry);
          left -= filled.taken;
          within = filled.left;
        } while (within && left > 0 && value.length < room);
        return within;
      },
    };
  }

  function firstRound(asked: Asked, state: State, room: number): Round {
    const page = pageOf(room);
    let { kind, key } = state.position!;
    let within = state.within;
    while (kind < state.kinds.length && !page.isFull()) {
      const collection = populations[state.kinds[kind]!];
      if (key >= collection.end) {
        kind += 1;
        key = 0;
        continue;
      }
      const object = { collection, key };
      let rest: Within | undefined;
      if (wanted(state, object)) {
        if (!collection.exists(key)) page.value.push(tombstone(state, object));
        else rest = page.tell(tracked(state, object), within, () => whole(state, object), told(asked, object));
      }
      within = rest ?? start;
      if (!rest) key += 1;
    }
    while (kind < state.kinds.length && key >= populations[state.kinds[kind]!].end) {
      kind += 1;
      key = 0;
    }
    const over = kind >= state.kinds.length;
    return { value: page.value, over, state: { ...state, within, position: over ? undefined : { kind, key } } };
  }

  function touched(object: ObjectRef, happened: Happened) {
    return (way: Navigation, place: number, room: number) => {
      const [{ rule }] = way.parts as [Navigation["parts"][number]];
      const ids = [...(happened.related.get(way.name) ?? [])];
      const items = ids.slice(place, place + room).flatMap((id) => {
        const { kind, key } = objectOf(id);
        const other = { collection: populations[kind], key };
        const related = relations.related(rule, object.key, other);
        // Who was deleted isn't told as having left.
        return related && !other.collection.exists(key) ? [] : [item(other, !related)];
      });
      const next = place + room;
      return { items, next: next < ids.length ? next : undefined };
    };
  }

  function laterRound(state: State, room: number, minimal: boolean): Round {
    const { changes } = directory;
    const happenings = changesSince(changes, state.since, state.kinds);
    const page = pageOf(room);
    let { cursor, within } = state;
    for (; cursor < changes.length && !page.isFull(); ) {
      const happened = happenings.at(cursor);
      let rest: Within | undefined;
      const object = happened && { collection: populations[happened.kind], key: happened.key };
      if (object && wanted(state, object)) {
        const { properties } = happened;
        if (!object.collection.exists(object.key)) page.value.push(tombstone(state, object));
        else if (!properties || isAskedFor(state, object, properties)) {
          const entry = () =>
            properties && minimal ? reduced(state, object, properties) : whole(state, object, properties);
          rest = page.tell(tracked(state, object), within, entry, touched(object, happened));
        }
      }
      within = rest ?? start;
      if (!rest) cursor += 1;
    }
    const over = cursor >= changes.length;
    return { value: page.value, over, state: { ...state, cursor, within, since: over ? cursor : state.since } };
  }

  function isAskedFor(state: State, { collection }: ObjectRef, changed: ReadonlySet<string>): boolean {
    const population = populations[collection.kind!];
    const asked = [...propertiesOf(state, population), ...(state.related[population.kind] ?? [])];
    return asked.some((name) => changed.has(name));
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
      const round = state.position === undefined ? laterRound(state, room, minimal) : firstRound(asked, state, room);
      const again = round.value.filter(replayed);
      const next = { ...round.state, at: clock.now() };
      if (round.over && replayed()) {
        next.since = Math.max(0, next.since - 3);
        next.cursor = Math.max(0, next.cursor - 3);
      }
      const link = round.over ? "deltatoken" : "skiptoken";
      const name = state.kinds.length > 1 ? "directoryObjects" : contextName(state.kinds[0]!);
      const page = {
        "@odata.context": contextOf(
          asked.root,
          name,
          state.kinds.length > 1 ? undefined : state.select?.[state.kinds[0]!],
        ),
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
