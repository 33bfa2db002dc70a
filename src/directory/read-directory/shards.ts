import { Shard } from "./shard.js";

/** Which stream tells of the memberships of which group. A group stays where it is. */
export class Shards {
  readonly #shards = new Map<string, Shard>();
  readonly #byGroup = new Map<string, Shard>();
  readonly #isOurs: (stream: string) => boolean;
  /** Streams that were made here. */
  readonly #made = new Set<Shard>();

  /** @param isOurs whether a stream is read here: what another worker reads is left as it is */
  constructor(shards: readonly Shard[], isOurs: (stream: string) => boolean) {
    this.#isOurs = isOurs;
    for (const shard of shards) this.#add(shard);
  }

  get all(): Shard[] {
    return [...this.#shards.values()];
  }

  /** Finds each new group a place: where most is free, else in a new stream. @returns the streams that were changed */
  take(ids: readonly string[]): Shard[] {
    const changed = new Set<Shard>();
    const fresh = [...new Set(ids)].filter((id) => !this.#byGroup.has(id));
    if (fresh.length === 0) return [];
    const open = this.all
      .filter((shard) => shard.room > 0 && (this.#made.has(shard) || this.#isOurs(shard.stream)))
      .sort((a, b) => a.room - b.room);
    for (const id of fresh) {
      while (open.at(-1)?.room === 0) open.pop();
      const shard = open.at(-1) ?? this.#make(id);
      if (open.length === 0) open.push(shard);
      shard.add(id);
      this.#byGroup.set(id, shard);
      changed.add(shard);
    }
    return [...changed];
  }

  /** A group is deleted for good. */
  drop(id: string): void {
    const shard = this.#byGroup.get(id);
    if (shard !== undefined && this.#isOurs(shard.stream)) shard.drop(id);
  }

  #make(id: string): Shard {
    let stream = `members:${id}`;
    // Its namesake's first group may have come back after it was dropped.
    for (let number = 2; this.#shards.has(stream); number++) stream = `members:${id}:${number}`;
    const shard = new Shard(stream, { ids: [] });
    this.#made.add(shard);
    this.#add(shard);
    return shard;
  }

  #add(shard: Shard): void {
    this.#shards.set(shard.stream, shard);
    for (const id of shard.groups) this.#byGroup.set(id, shard);
  }
}
