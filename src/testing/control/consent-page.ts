import { createHash } from "node:crypto";

/** HTML that is safe to be put together: whatever is filled in is text. */
export class Html {
  constructor(readonly text: string) {}
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** A template whose values are escaped, unless they are HTML themselves; lists are joined. */
export function html(parts: TemplateStringsArray, ...values: unknown[]): Html {
  const shown = (value: unknown): string => {
    if (value instanceof Html) return value.text;
    if (Array.isArray(value)) return value.map(shown).join("");
    return String(value ?? "").replace(/[&<>"']/g, (letter) => entities[letter] as string);
  };
  return new Html(parts.reduce((text, part, at) => text + shown(values[at - 1]) + part));
}

const style = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{margin:0;background:light-dark(#f4f4f4,#1b1b1b);color:light-dark(#1b1b1b,#eee)}
.band{background:#7a1f5c;color:#fff;padding:.6rem 1rem;font-weight:600;text-align:center}main{max-width:36rem;margin:2rem auto;padding:1rem 1.5rem;background:light-dark(#fff,#262626)}
h1{font-size:1.4rem;overflow-wrap:anywhere}li,dd,p,label{overflow-wrap:anywhere}ul{padding:0;list-style:none}label{display:block;padding:.3rem 0}small{display:block;margin-left:1.7rem}
button{font:inherit;padding:.6rem 1.6rem;margin:1rem .5rem 0 0;cursor:pointer;border:1px solid currentColor;background:none;color:inherit}button[value=accept]{background:#0b5cad;border-color:#0b5cad;color:#fff}`;

/** Hashed rather than allowed as such: nothing else may be styled, and nothing scripted. */
const styleHash = createHash("sha256").update(style).digest("base64");

/** @param formTarget where a sent form may lead on to */
export const pageHeaders = (formTarget = "") => ({
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  // Without any, browsers send the form as that of no origin, which is a foreign page's.
  "referrer-policy": "same-origin",
  "content-security-policy": `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self' ${formTarget}; base-uri 'none'; frame-ancestors 'none'`,
});

function page(title: string, content: Html): string {
  return html`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${new Html(style)}</style></head>
<body><header class="band">EMULATOR: no real directory is touched</header><main><h1>${title}</h1>${content}</main></body></html>
`.text;
}

/** A permission that may be granted, and why it is asked. */
export interface AskedPermission {
  role: string;
  /** Such as `GET /groups, 12 s ago`, where a request was refused for it. */
  refused?: string;
}

export interface ConsentQuestion {
  appName: string;
  clientId: string;
  domain: string;
  asked: readonly AskedPermission[];
  granted: readonly string[];
  /** Where the answer leads. */
  redirectUri: string | undefined;
  /** Good for one answer. */
  ticket: string;
}

export function questionPage({
  appName,
  clientId,
  domain,
  asked,
  granted,
  redirectUri,
  ticket,
}: ConsentQuestion): string {
  const choice = ({ role, refused }: AskedPermission) =>
    html`<li><label><input type="checkbox" name="role" value="${role}" checked> ${role}</label>${refused ? html`<small>refused without it: ${refused}</small>` : ""}</li>`;
  const has = granted.length > 0 ? granted.join(", ") : "nothing";
  return page(
    `Permissions requested by ${appName}`,
    html`<p>The app ${clientId} asks to act in ${domain}, as itself and for everybody there.</p>
<form method="post"><input type="hidden" name="ticket" value="${ticket}">
<ul>${asked.map(choice)}</ul>${asked.length === 0 ? html`<p>It asks for nothing that it hasn't got.</p>` : ""}
<p>Granted already: ${has}.</p>${redirectUri ? html`<p>The answer goes to ${redirectUri}.</p>` : ""}
<button name="decision" value="accept">Accept</button><button name="decision" value="cancel">Cancel</button></form>`,
  );
}

export const answeredPage = (granted: readonly string[], appName: string) =>
  page(
    granted.length > 0 ? "Granted" : "Nothing granted",
    granted.length > 0
      ? html`<p>${appName} now has ${granted.join(", ")}: from its next token on.</p>`
      : html`<p>${appName} has what it had before.</p>`,
  );

export const refusalPage = (code: string, message: string) =>
  page("Sorry, this can't be answered", html`<p>${code}: ${message}</p>`);
