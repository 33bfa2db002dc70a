import { say } from "../live/notices.js";

/** Puts a text on the clipboard, which pages have only where they are trusted; else it is shown to be copied by hand. */
export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say({ text: `${what} copied`, failed: false });
  } catch {
    say({ text: `The browser doesn't let this page copy. By hand: ${text}`, failed: true });
  }
}

/** @param what it is, such as `Client id` */
export function CopyButton({ text, what, label = "Copy" }: { text: string; what: string; label?: string }) {
  const name = label === "Copy" ? `Copy ${what.charAt(0).toLowerCase()}${what.slice(1)}` : undefined;
  return (
    <button type="button" class="small" aria-label={name} onClick={() => copy(text, what)}>
      {label}
    </button>
  );
}
