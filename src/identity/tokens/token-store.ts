/**
 * Where processes share tokens. It is asked only when memory has nothing to offer, and it may fail: a broken store costs a
 * warning, never a token. Values are bearer tokens, so an implementation must encrypt them; `redisTokenStore()` does.
 */
export interface TokenStore {
  /** What was set under the key, unless it has expired. An empty text where something stands there that can't be read, or isn't authentic. */
  get(key: string): Promise<string | null | undefined>;
  /** Keeps the value for at most `ttlMs`, in place of what was there. */
  set(key: string, value: string, ttlMs: number): Promise<unknown>;
  /**
   * Asks for the right to be the one process that requests this token. Answers at once: a function that gives the right back,
   * or `undefined` while another process has it. The right ends by itself after `ttlMs`.
   */
  lock?(key: string, ttlMs: number): Promise<(() => Promise<unknown>) | undefined>;
  /**
   * For how many milliseconds more the value is kept, by the store's own clock; `undefined` where that isn't known. With it, processes
   * whose clocks disagree by hours share tokens; without it they notice, and go without.
   */
  remainingMs?(key: string): Promise<number | undefined>;
}
