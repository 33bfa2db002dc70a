/** What a form for a fault holds, all of it as text. */
export interface FaultDraft {
  service: string;
  method: string;
  path: string;
  nth: string;
  times: string;
  chance: string;
  effect: string;
  status: string;
  retryAfter: string;
  aadsts: string;
  delayMs: string;
  body: string;
}

export const blankDraft: FaultDraft = {
  service: "",
  method: "",
  path: "",
  nth: "",
  times: "",
  chance: "",
  effect: "status",
  status: "429",
  retryAfter: "3",
  aadsts: "7000222",
  delayMs: "2000",
  body: "",
};

/** What can go wrong. */
export const effects: Readonly<Record<string, string>> = {
  status: "Another status",
  aadsts: "An AADSTS code",
  body: "An answer of yours",
  delayMs: "Comes late",
  hang: "Never comes",
  reset: "Connection is cut",
  resetInBody: "Cut in the middle of its body",
  truncate: "Half of its JSON",
  html: "A page of HTML instead",
  expiredPageToken: "The page token has expired",
  loop: "Its nextLink leads in circles",
  foreignLink: "Its nextLink leads to a foreign host",
};

const numberOf = (text: string) => (text.trim() === "" ? undefined : Number(text));

function effectOf(draft: FaultDraft): Record<string, unknown> {
  const { effect, status, retryAfter, aadsts, delayMs, body } = draft;
  if (effect === "status") return { status: numberOf(status), retryAfter: numberOf(retryAfter) };
  if (effect === "aadsts") return { aadsts: numberOf(aadsts) };
  if (effect === "delayMs") return { delayMs: numberOf(delayMs) };
  if (effect === "body") return { status: numberOf(status), body: jsonOr(body) };
  return { [effect]: true };
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The fault as the control API takes it; what is left blank isn't there. */
export function faultOf(draft: FaultDraft): Record<string, unknown> {
  const { service, method, path, nth, times, chance } = draft;
  const all = {
    service: service || undefined,
    method: method || undefined,
    path: path || undefined,
    nth: numberOf(nth),
    times: numberOf(times),
    chance: numberOf(chance),
    ...effectOf(draft),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
