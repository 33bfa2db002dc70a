import { vi } from "vitest";

/** Waits until `check` throws nothing more: as long as a busy machine may take, and not a moment longer. */
export function until<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 15_000, interval: 5 });
}
