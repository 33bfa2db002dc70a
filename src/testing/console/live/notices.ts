import { CallFailure, call, curl } from "../calls/call.js";
import type { Call } from "../calls/curl.js";
import { refresh } from "./follow.js";
import { observable } from "./observable.js";

/** What was done or failed, said to eyes and screen readers. */
export interface Notice {
  text: string;
  failed: boolean;
  /** The same in a shell. */
  curl?: string;
}

const notice = observable<Notice | undefined>(undefined);
export const useNotice = notice.use;
let hide: ReturnType<typeof setTimeout> | undefined;
const shownMs = 12_000;

export function say(said: Notice | undefined): void {
  notice.set(said);
  clearTimeout(hide);
  if (said && !said.failed) hide = setTimeout(() => say(undefined), shownMs);
}

/** Does calls, says so, and shows what they have changed; gives what the last one answered, `undefined` where one failed. */
export async function act<T = unknown>(calls: readonly Call[], said: string): Promise<{ answer: T } | undefined> {
  try {
    let answer: T | undefined;
    for (const each of calls) answer = await call<T>(each);
    say({ text: said, failed: false, curl: calls.map(curl).join("\n") });
    await refresh();
    return { answer: answer as T };
  } catch (failure) {
    say({ text: failure instanceof CallFailure ? failure.message : String(failure), failed: true });
    return undefined;
  }
}
