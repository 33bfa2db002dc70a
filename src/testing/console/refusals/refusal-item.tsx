import { linkTo } from "../address.js";
import { useNow } from "../live/use-now.js";
import { ago } from "../parts/formats.js";
import { CureButtons } from "./cure-buttons.js";
import type { Explained } from "./explain-refusal.js";

/** One refusal: what was asked, why not, how often, and what cures it. */
export function RefusalItem({ refusal }: { refusal: Explained }) {
  const { entry, title, cause, cures, cured, count, asked } = refusal;
  const now = useNow();
  const others = asked.slice(0, -1);
  return (
    <li class={cured ? "cured" : ""}>
      <div>
        <small class="quiet when">
          {count > 1 ? `${count} times, last ` : ""}
          {ago(entry.at, now)}
        </small>
        <b class={`status s${Math.floor((entry.status ?? 0) / 100)}`}>{entry.status}</b>{" "}
        <a href={linkTo("requests", String(entry.n ?? ""))}>{title}</a>
        {others.length > 0 && (
          <small title={others.join("\n")}> and {others.length === 1 ? others[0] : `${others.length} others`}</small>
        )}
      </div>
      <p>{cause}</p>
      {cures.length > 0 && <CureButtons cures={cures} />}
    </li>
  );
}
