import { useKnown } from "../live/known.js";
import { act } from "../live/notices.js";
import { Choice } from "../parts/choice.js";
import { confirm } from "../parts/dialog.js";
import { CheckField, TextField } from "../parts/field.js";
import { inDigits } from "../parts/formats.js";
import { filter, fits } from "./filter.js";
import { RequestPane } from "./request-pane.js";
import { RequestTable } from "./request-table.js";

/** More rows are of no use to anybody. */
const mostDrawn = 500;

const services = { all: "All", graph: "Graph", entra: "Entra" } as const;

function clear(): void {
  confirm({
    title: "Clear the log?",
    text: "It is forgotten for programs that read it, too.",
    doIt: "Clear",
    onYes: () => void act([{ method: "DELETE", path: "api/requests" }], "The log is empty"),
  });
}

/** Over sixty lines: most of them are markup. */
export function Requests({ rest: [open] }: { rest: string[] }) {
  const { entries, apps, asked, refused } = useKnown();
  const chosen = filter.use();
  const { search, service, refusedOnly, paused } = chosen;
  const all = paused ?? entries;
  const names = new Map(apps.map(({ clientId, name }) => [clientId, name]));
  const fitting = all.filter(fits(chosen, names));
  const shown = fitting.slice(-mostDrawn).reverse();
  const opened = open === undefined ? undefined : all.find(({ n }) => String(n) === open);
  const missed = paused ? entries.filter(({ n = 0 }) => n > (paused.at(-1)?.n ?? 0)).length : 0;
  const pause = () => {
    const { paused: _, ...others } = chosen;
    filter.set(paused ? others : { ...others, paused: entries });
  };
  return (
    <>
      <div class="toolbar">
        <h2>Requests</h2>
        <TextField
          label="Search"
          type="search"
          value={search}
          onInput={(text) => filter.set({ ...chosen, search: text })}
          placeholder="path, status, app …"
          search
        />
        <Choice
          label="Service"
          choices={services}
          chosen={service}
          onChoose={(choice) => filter.set({ ...chosen, service: choice })}
        />
        <CheckField checked={refusedOnly} onChange={(only) => filter.set({ ...chosen, refusedOnly: only })}>
          Refused only
        </CheckField>
        <span class="actions">
          <button type="button" aria-pressed={paused !== undefined} data-pause onClick={pause}>
            {paused ? "Go on" : "Pause"}
          </button>
          <button type="button" onClick={clear} disabled={asked === 0}>
            Clear…
          </button>
        </span>
      </div>
      <p class="quiet">
        {`${inDigits(asked)} asked, ${inDigits(refused)} refused`}
        {fitting.length < all.length && `; ${inDigits(fitting.length)} of the latest ${inDigits(all.length)} fit`}
        {fitting.length > mostDrawn && `; the latest ${mostDrawn} are shown`}
        {paused && <b>{` Paused: ${inDigits(missed)} more since.`}</b>}
      </p>
      <div class={open === undefined ? "split" : "split opened"}>
        <div class="list">
          {shown.length > 0 ? (
            <RequestTable entries={shown} open={open} />
          ) : (
            <p class="empty">{all.length === 0 ? "Nothing has been asked yet." : "No request fits."}</p>
          )}
        </div>
        {open !== undefined && <RequestPane entry={opened} />}
      </div>
    </>
  );
}
