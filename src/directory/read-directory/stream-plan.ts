import { AppIdentityError } from "../../errors.js";
import { isGuid } from "../../guid.js";
import { isOwnError } from "../../own-error.js";
import { longestCursor, refusedCursor, writeCursor } from "./cursor.js";
import type { DirectoryChange, DirectoryPage } from "./directory-change.js";
import type { DirectorySources, SelectedSource } from "./directory-sources.js";
import { followedMemberships, type MembershipPage } from "./followed-memberships.js";
import { type GroupPage, placedGroups, unplacedGroups } from "./group-stream.js";
import { beginListing, listedMemberships } from "./listed-memberships.js";
import { type ObjectSource, objectPages } from "./object-stream.js";
import type { Places } from "./places.js";
import { Shard, whole } from "./shard.js";
import { Shards } from "./shards.js";

/** A stream that can be read. */
export interface Stream {
  name: string;
  pages(): AsyncIterable<DirectoryPage>;
}

/** Which streams a reading has, and which of them can begin when. */
export class StreamPlan {
  readonly #sources: DirectorySources;
  readonly #places: Places;
  readonly #begin: (stream: Stream) => void;
  readonly #shards: Shards;
  /** Streams of memberships that may still be given new groups. */
  readonly #waiting = new Set<Shard>();
  /** Whether one stream tells all memberships, as Graph doesn't take them by groups. */
  #isWhole: boolean;
  /** Whether Graph was seen to take them by groups. */
  #isProven: boolean;

  /** @param begin told of each stream that can be read from now on */
  constructor(sources: DirectorySources, places: Places, begin: (stream: Stream) => void) {
    this.#sources = sources;
    this.#places = places;
    this.#begin = begin;
    const { [whole]: one, ...known } = Object.fromEntries(places.shards);
    const several = Object.fromEntries(Object.entries(known).filter(([, { ended }]) => !ended));
    this.#isWhole = one !== undefined || (!sources.readsAll && sources.reads(whole));
    this.#isProven = Object.values(several).some(({ link }) => link !== undefined);
    const shards = Object.entries(several).map(([stream, state]) => new Shard(stream, state));
    this.#shards = new Shards(shards, sources.reads);
  }

  start(): void {
    const { users, groups, memberships, reads } = this.#sources;
    if (users !== undefined && reads("users")) this.#begin({ name: "users", pages: () => this.#users(users) });
    const readsGroups = groups !== undefined && reads("groups");
    if (readsGroups) this.#begin({ name: "groups", pages: () => this.#groups(groups) });
    if (memberships === undefined) return;
    if (this.#isWhole && reads(whole)) this.#beginWhole();
    for (const shard of this.#shards.all.filter(({ stream }) => reads(stream))) {
      if (readsGroups && shard.room > 0) this.#waiting.add(shard);
      else this.#beginShard(shard);
    }
  }

  async *#users(source: SelectedSource): AsyncGenerator<DirectoryPage> {
    const { selection } = source;
    for await (const { objects, state, ...marks } of objectPages(source, this.#places.users ?? {})) {
      const changes = objects.map(({ value, removed }) => ({ kind: "user", user: value, ...(removed && { removed }) }));
      yield this.#page("users", changes, { selection, ...state }, marks);
    }
  }

  async *#groups(source: SelectedSource & { told: boolean }): AsyncGenerator<DirectoryPage> {
    const { memberships } = this.#sources;
    const { selection, told } = source;
    for await (const page of this.#groupPages(source)) {
      if ("placed" in page) {
        if (this.#isSharded) yield* this.#announce(page.placed);
        continue;
      }
      const { objects, state, ...marks } = page.groups;
      const changes = objects
        .filter(({ removed }) => told || (memberships !== undefined && removed !== undefined))
        .map(({ value, removed }) => ({ kind: "group", group: value, ...(removed && { removed }) }));
      yield this.#page("groups", changes, { selection, ...state }, marks);
      for (const shard of this.#waiting) if (shard.room === 0) this.#beginShard(shard);
    }
    for (const shard of this.#waiting) this.#beginShard(shard);
  }

  #groupPages(source: ObjectSource): AsyncIterable<GroupPage> {
    const from = this.#places.groups ?? {};
    if (this.#sources.memberships === undefined || !this.#isSharded) return unplacedGroups(source, from);
    // Where one stream told all, no group has a place yet.
    return placedGroups(source, this.#isWhole ? { ...from, sharded: undefined } : from, this.#shards);
  }

  get #isSharded(): boolean {
    return !this.#isWhole || this.#sources.memberships === "list";
  }

  /** A stream of memberships begins, or goes on with more groups: told before the groups are. */
  *#announce(shard: Shard): Generator<DirectoryPage> {
    const isListed = this.#sources.memberships === "list";
    if (isListed) beginListing(shard);
    yield this.#page(shard.stream, [], shard.state, isListed ? { reset: true } : {});
    if (this.#sources.reads(shard.stream)) this.#waiting.add(shard);
  }

  #beginShard(shard: Shard): void {
    this.#waiting.delete(shard);
    shard.hasBegun = true;
    this.#begin({ name: shard.stream, pages: () => this.#shard(shard) });
  }

  async *#shard(shard: Shard): AsyncGenerator<DirectoryPage> {
    if (this.#sources.memberships === "list") {
      yield* this.#memberships(shard, listedMemberships(shard, this.#sources.listMembers));
      return;
    }
    try {
      if (!this.#isWhole) yield* this.#memberships(shard, this.#followed(shard));
    } catch (error) {
      if (this.#isWhole) return;
      if (this.#isProven || !this.#sources.readsAll || !isUnfilterable(error)) throw error;
      this.#isWhole = true;
      this.#beginWhole();
    }
  }

  /** All memberships in one stream. */
  #beginWhole(): void {
    const shard = new Shard(whole, this.#places.shards.get(whole) ?? { ids: [] });
    const isListed = this.#sources.memberships === "list";
    this.#begin({ name: whole, pages: () => (isListed ? this.#voided(shard) : this.#all(shard)) });
  }

  /** Where others told memberships before, all of them come anew here first: then those others end. */
  async *#all(shard: Shard): AsyncGenerator<DirectoryPage> {
    const others = this.#shards.all.filter(({ stream }) => this.#sources.reads(stream));
    if (others.length > 0) shard.state = { ids: [], stale: true };
    for await (const page of this.#memberships(shard, this.#followed(shard))) {
      yield page;
      for (const { stream } of others.splice(0)) {
        yield this.#page(stream, [], { ids: [], ended: true }, { reset: true, done: true });
      }
    }
  }

  /** What one stream told is told by listings now; it begins anew when it is followed next. */
  async *#voided({ stream }: Shard): AsyncGenerator<DirectoryPage> {
    yield this.#page(stream, [], { ids: [], stale: true }, { reset: true, done: true });
  }

  #followed(shard: Shard): AsyncIterable<MembershipPage> {
    const fits = (state: object) => this.#cursor(shard.stream, state).length <= longestCursor;
    return followedMemberships(shard, this.#sources.members, fits);
  }

  async *#memberships(shard: Shard, pages: AsyncIterable<MembershipPage>): AsyncGenerator<DirectoryPage> {
    for await (const { changes, ...marks } of pages) {
      this.#isProven ||= shard.state.link !== undefined && !shard.isWhole;
      yield this.#page(shard.stream, changes, shard.state, marks);
    }
  }

  #page(
    stream: string,
    changes: readonly object[],
    state: object,
    { reset, done }: { reset?: true | undefined; done?: true | undefined },
  ): DirectoryPage {
    this.#checkTenant(stream);
    const cursor = this.#cursor(stream, state);
    if (cursor.length > longestCursor) {
      throw new AppIdentityError("invalid_response", `The links of Graph are too long for a cursor of "${stream}".`, {
        remedy: "Report the length of Graph's delta links as a bug of this package.",
      });
    }
    return {
      stream,
      changes: changes as DirectoryChange[],
      cursor,
      ...(reset && { reset }),
      ...(done && { done }),
    };
  }

  #cursor(stream: string, state: object): string {
    const { root, tally } = this.#sources;
    return writeCursor({ stream, root, tenantId: tally.identity?.tenantId, state });
  }

  /** Graph itself may take another tenant's link for one that it has forgotten. */
  #checkTenant(stream: string): void {
    const [before, now] = [this.#places.tenantIds.get(stream), this.#sources.tally.identity?.tenantId];
    // A tenant's domain may stand for the same.
    if (before === undefined || now === undefined || !isGuid(before) || !isGuid(now)) return;
    if (before.toLowerCase() === now.toLowerCase()) return;
    throw refusedCursor(stream, `is of the tenant ${before}, and this is ${now}`, "Keep each tenant's cursors apart.");
  }
}

/** Graph doesn't take the ids together with the members. That it does is documented of each alone. */
function isUnfilterable(error: unknown): boolean {
  return isOwnError(error) && (error.code === "unsupported_query" || error.code === "bad_request");
}
