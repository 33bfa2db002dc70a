/** How far a listing is, for somebody who watches. */
import type { ListProgress } from "graph-app-identity";

const number = new Intl.NumberFormat("en");

/** One line on stderr that rewrites itself; silent where nobody watches. */
export const progressLine = {
  shown: false,
  show(text: string) {
    if (!process.stderr.isTTY) return;
    // A line that wraps can't be taken back.
    process.stderr.write(`\r\x1b[K${text.slice(0, (process.stderr.columns || 80) - 1)}`);
    this.shown = true;
  },
  hide() {
    if (this.shown) process.stderr.write("\r\x1b[K");
    this.shown = false;
  },
  /** Takes away whatever stands on the terminal's line, the `^C` that it echoes included. Rows end their lines. */
  wipe() {
    if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
    this.shown = false;
  },
};

/** `3 pages, 0.8 s, 3,746 a second, 1 retry` */
export function inWords({ pages, items, elapsedMs, retries, throttledMs }: ListProgress): string {
  const parts = [counted(pages, "page", "pages"), `${(elapsedMs / 1000).toFixed(1)} s`];
  if (elapsedMs > 0) parts.push(`${number.format(Math.round((1000 * items) / elapsedMs))} a second`);
  if (retries > 0) parts.push(counted(retries, "retry", "retries"));
  if (throttledMs > 0) parts.push(`${(throttledMs / 1000).toFixed(0)} s throttled`);
  return parts.join(", ");
}

/**
 * `48 % of 25,000, about 4 s left`, as long as it goes on as it did; empty where the total isn't known, or turned out too small.
 * @param total what Graph counts, or the caller knows
 */
export function whatIsLeft({ items, elapsedMs }: ListProgress, total: number | undefined): string {
  if (total === undefined || total <= items || items === 0) return "";
  const leftMs = ((total - items) * elapsedMs) / items;
  return `${Math.floor((100 * items) / total)} % of ${number.format(total)}, about ${inTime(leftMs)} left`;
}

function counted(count: number, one: string, many: string): string {
  return `${number.format(count)} ${count === 1 ? one : many}`;
}

function inTime(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 120 ? `${seconds} s` : `${number.format(Math.round(seconds / 60))} min`;
}
