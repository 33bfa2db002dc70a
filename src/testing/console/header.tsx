import { linkTo } from "./address.js";
import { useKnown } from "./live/known.js";
import { useNow } from "./live/use-now.js";
import { dayAndTime, duration } from "./parts/formats.js";

const linkNames = { starting: "Connecting", live: "Live", lost: "Disconnected", locked: "Locked" } as const;

/** What this is, which tenant, what time it is there, and whether it is still so. */
export function Header({ onHelp }: { onHelp(): void }) {
  const { health, clock, link } = useKnown();
  const now = useNow();
  const offset = clock?.offsetMs ?? 0;
  return (
    <header class="top">
      <h1>
        Embedded tenant <span class="mark">Emulator</span>
      </h1>
      <span class="domain" title="This is not Microsoft: no real directory is touched">
        {health?.domain}
      </span>
      {clock && (
        <a class="clock" href={linkTo("tenant")} title="The emulator's clock">
          <time>{dayAndTime(now)}</time>
          {Math.abs(offset) > 1000 && (
            <b>
              {offset > 0 ? "+" : "−"}
              {duration(offset)}
            </b>
          )}
        </a>
      )}
      <span class={`link ${link}`}>{linkNames[link]}</span>
      <button type="button" class="small round" aria-label="Keys and help" title="Keys and help" onClick={onHelp}>
        ?
      </button>
    </header>
  );
}
