export const inDigits = (value: number) => value.toLocaleString("en");

/** `1 user`, `1,000 users`. */
export const counted = (value: number, one: string, many = `${one}s`) =>
  `${inDigits(value)} ${value === 1 ? one : many}`;

const two = (value: number) => String(value).padStart(2, "0");

/** Hours to seconds, of the reader's own zone. */
export function timeOfDay(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
}

/** `2026-11-30 20:20`, of the reader's own zone. */
export function dayAndTime(at: number): string {
  const date = new Date(at);
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

const units = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;

/** `30 days`, `2 hours`: in the largest unit that fits. */
export function duration(ms: number): string {
  const [unit, size] = units.find(([, each]) => Math.abs(ms) >= each) ?? units[3];
  return counted(Math.round(Math.abs(ms) / size), unit);
}

export const ago = (at: number, now: number) => (now - at < 1000 ? "just now" : `${duration(now - at)} ago`);
