const settingName = "single-keys";

/** Single keys can be switched off, for those whose speech or hands press some by the way. */
export const keysAreOn = () => localStorage.getItem(settingName) !== "off";
export const switchKeys = (on: boolean) => localStorage.setItem(settingName, on ? "on" : "off");

interface KeyActions {
  toPage(index: number): void;
  help(): void;
}

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.matches("input:not([type=checkbox]), textarea, select");

/** The row that has the focus, or had it before a pane was opened. */
let lastRow: string | undefined;

function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-row]")].filter((row) => row.offsetParent !== null);
}

function stepRow(by: number): void {
  const all = rows();
  const at = all.findIndex((row) => row === document.activeElement || row.dataset.row === lastRow);
  const next = all[Math.min(all.length - 1, Math.max(0, at + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function closePane(): void {
  document.querySelector<HTMLElement>("[data-close]")?.click();
}

/** When a pane has gone, its row has the focus again. */
function returnToRow(): void {
  requestAnimationFrame(() => {
    if (document.querySelector("[data-close]") || lastRow === undefined) return;
    rows()
      .find((row) => row.dataset.row === lastRow)
      ?.focus();
  });
}

/** Keys for the whole page. */
export function watchKeys({ toPage, help }: KeyActions): () => void {
  const actions: Record<string, () => void> = {
    "/": () => document.querySelector<HTMLElement>("[data-search]")?.focus(),
    j: () => stepRow(1),
    k: () => stepRow(-1),
    p: () => document.querySelector<HTMLElement>("[data-pause]")?.click(),
    "?": help,
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") {
      if (typing(event.target)) (event.target as HTMLElement).blur();
      else closePane();
      return;
    }
    if (typing(event.target) || !keysAreOn()) return;
    const action = /^[1-6]$/.test(event.key) ? () => toPage(Number(event.key) - 1) : actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };
  const focused = ({ target }: FocusEvent) => {
    if (target instanceof HTMLElement && target.dataset.row !== undefined) lastRow = target.dataset.row;
  };
  addEventListener("keydown", pressed);
  addEventListener("focusin", focused);
  addEventListener("hashchange", returnToRow);
  return () => {
    removeEventListener("keydown", pressed);
    removeEventListener("focusin", focused);
    removeEventListener("hashchange", returnToRow);
  };
}
