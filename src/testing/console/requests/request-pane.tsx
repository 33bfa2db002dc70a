import { goTo, linkTo } from "../address.js";
import type { Entry } from "../calls/answers.js";
import { curlLine } from "../calls/curl.js";
import { wantedFault } from "../faults/wanted-fault.js";
import { useKnown } from "../live/known.js";
import { Code, Facts } from "../parts/code.js";
import { CopyButton } from "../parts/copy-button.js";
import { dayAndTime, inDigits } from "../parts/formats.js";
import { Pane } from "../parts/pane.js";
import { CureButtons } from "../refusals/cure-buttons.js";
import { explainRefusal } from "../refusals/explain-refusal.js";
import { askedOf, keyOf } from "../refusals/fold-refusals.js";

/** The same request again. Its token isn't in the log. */
function curlOfRequest({ service, method, path, body, headers }: Entry): string {
  const { consistencylevel, "content-type": type } = headers;
  return curlLine({
    method,
    url: location.origin + path,
    bearer: service === "graph" && "TOKEN",
    headers: { ConsistencyLevel: consistencylevel, "content-type": body && type },
    body,
  });
}

/** Why a request, or a step of its batch, was refused. */
function Advice({ entry }: { entry: Entry }) {
  const known = useKnown();
  if (entry.status === undefined || entry.status < 400) return null;
  const asked = [askedOf(entry)];
  const { cause, cures, cured } = explainRefusal({ key: keyOf(entry), entry, count: 1, asked }, known);
  return (
    <div class={cured ? "advice cured" : "advice"}>
      <p>{cause}</p>
      {cures.length > 0 && <CureButtons cures={cures} />}
      {entry.error && (
        <small>
          {entry.error.code}: {entry.error.message}
        </small>
      )}
    </div>
  );
}

const factsOf = (entry: Entry, appName: string | undefined) =>
  [
    ["When", dayAndTime(entry.at)],
    ["App", appName ?? entry.app],
    ["Tenant", entry.tenant],
    ["Took", entry.ms === undefined ? undefined : `${entry.ms} ms`],
    ["Answer", entry.bytes === undefined ? undefined : `${inDigits(entry.bytes)} bytes`],
    ["Permissions", (entry.claims?.roles as string[] | undefined)?.join(", ")],
    ["Fault", entry.fault ? "struck by one of yours" : undefined],
  ] as const;

function makeFault(entry: Entry): void {
  const path = askedOf(entry).split(" ")[1] ?? "";
  wantedFault.set({ service: entry.service, method: entry.method, path });
  goTo("faults", "new");
}

export function RequestPane({ entry }: { entry: Entry | undefined }) {
  const { apps } = useKnown();
  if (!entry) {
    return (
      <Pane title="Not in the log" closeTo={linkTo("requests")} of="">
        <p class="quiet">This request is no longer kept.</p>
      </Pane>
    );
  }
  const query = [...new URL(entry.path, location.origin).searchParams];
  const headers = Object.entries(entry.headers);
  const appName = apps.find(({ clientId }) => clientId === entry.app)?.name;
  return (
    <Pane title={askedOf(entry)} closeTo={linkTo("requests")} of={String(entry.n)}>
      <p>
        <b class={`status s${Math.floor((entry.status ?? 0) / 100)}`}>{entry.status ?? "cut"}</b>{" "}
        {entry.service === "entra" ? "Entra" : "Graph"}
      </p>
      <Advice entry={entry} />
      <div class="actions">
        <CopyButton text={curlOfRequest(entry)} what="The request as curl" label="Copy as curl" />
        <button type="button" class="small" onClick={() => makeFault(entry)}>
          Make a fault of it…
        </button>
      </div>
      <Facts of={factsOf(entry, appName)} />
      {query.length > 0 && (
        <>
          <h3>Query</h3>
          <Facts of={query} />
        </>
      )}
      {entry.steps && (
        <>
          <h3>Steps of the batch</h3>
          <ol class="steps">
            {entry.steps.map((step) => (
              <li key={step.step}>
                <b class={`status s${Math.floor((step.status ?? 0) / 100)}`}>{step.status}</b> {askedOf(step)}
                <Advice entry={step} />
              </li>
            ))}
          </ol>
        </>
      )}
      {entry.body !== "" && (
        <>
          <h3>Body</h3>
          <Code text={entry.body} label="Body" />
        </>
      )}
      <details>
        <summary>{`${headers.length} headers`}</summary>
        <Facts of={headers} />
      </details>
    </Pane>
  );
}
