/** The groups that Graph watches in one round of changes. @see https://learn.microsoft.com/graph/api/group-delta */
export const mostGroups = 50;

/** The stream that tells all memberships, where Graph doesn't watch groups by their ids. */
export const whole = "members";

/** Where a stream of memberships stands. */
export interface ShardState {
  /** The groups that `link` leads to the changes of. */
  ids: string[];
  /** Those of them that are deleted for good: their places are free, and a new link will leave them out. */
  gone?: string[] | undefined;
  /** Into a round of changes, or to its end; `undefined` where none has begun. */
  link?: string | undefined;
  /** Whether `link` is the end of a round. */
  settled?: true | undefined;
  /** New groups, which `link` doesn't lead to. */
  added?: string[] | undefined;
  /** Into the first round of a link that leads to them, too, or to its end. */
  minted?: { link: string; settled?: true | undefined } | undefined;
  /** How many groups have been listed anew; `undefined` where no listing is under way. */
  listed?: number | undefined;
  /** What was told before is void once the next first round begins. */
  stale?: true | undefined;
  /** Its groups are read by another stream now. */
  ended?: true | undefined;
}

/** Up to fifty groups whose memberships are one stream. */
export class Shard {
  /** Whether it is read, or about to be: what it tells of is settled for this call. */
  hasBegun = false;

  constructor(
    readonly stream: string,
    public state: ShardState,
  ) {}

  /** Whether it tells of all groups, and has no ids. */
  get isWhole(): boolean {
    return this.stream === whole;
  }

  /** The groups that it is to tell of. */
  get groups(): string[] {
    const { ids, gone = [], added = [] } = this.state;
    return [...ids.filter((id) => !gone.includes(id)), ...added];
  }

  /** How many groups it can take up. None while it is read, or has a first round to end, which would have to begin again. */
  get room(): number {
    const { link, settled, minted, listed = 0, ended } = this.state;
    const isUnderWay = (link !== undefined && !settled) || minted !== undefined || listed > 0;
    return this.hasBegun || isUnderWay || ended ? 0 : mostGroups - this.groups.length;
  }

  add(id: string): void {
    const { added = [], link, listed, stale } = this.state;
    // Where no link holds the groups yet, those that are gone needn't be kept.
    if (listed !== undefined || link === undefined) this.state = { ids: [...this.groups, id], listed, stale };
    else this.state = { ...this.state, added: [...added, id] };
  }

  /** A group is deleted for good. */
  drop(id: string): void {
    const { ids, gone = [], minted } = this.state;
    if (minted !== undefined || !ids.includes(id) || gone.includes(id)) return;
    this.state = { ...this.state, gone: [...gone, id] };
  }
}

/** @throws TypeError for what is none */
export function checkedShardState(state: object): ShardState {
  const { ids, gone = [], added = [], link, minted, listed = 0 } = state as ShardState;
  const areIds = (list: unknown) =>
    Array.isArray(list) && list.length <= mostGroups && list.every((id) => typeof id === "string" && id !== "");
  const isLink = (value: unknown) => value === undefined || typeof value === "string";
  const isSound =
    [ids, gone, added].every(areIds) && isLink(link) && isLink(minted?.link) && Number.isSafeInteger(listed);
  if (!isSound) throw new TypeError("holds no groups");
  return state as ShardState;
}
