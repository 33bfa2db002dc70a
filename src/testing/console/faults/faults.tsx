import type { FaultShown } from "../calls/answers.js";
import { useKnown } from "../live/known.js";
import { act } from "../live/notices.js";
import { Card } from "../parts/card.js";
import { Columns } from "../parts/columns.js";
import { confirm } from "../parts/dialog.js";
import { counted } from "../parts/formats.js";
import { FaultForm } from "./fault-form.js";
import { presets } from "./presets.js";

function inWords({ id: _, struck: __, left: ___, service, method, path, ...effect }: FaultShown) {
  const where = typeof path === "object" ? `/${path.pattern}/${path.flags}` : (path ?? "");
  const asked = [service ?? "any", method, where].filter(Boolean).join(" ");
  const does = Object.entries(effect).map(([name, value]) =>
    value === true ? name : `${name} ${JSON.stringify(value)}`,
  );
  return { asked, does: does.join(", ") };
}

function removeAll(): void {
  confirm({
    title: "Remove all faults?",
    text: "Nothing goes wrong any more.",
    doIt: "Remove all",
    onYes: () => void act([{ method: "DELETE", path: "api/faults" }], "No fault is armed"),
  });
}

function Armed({ faults }: { faults: readonly FaultShown[] }) {
  return (
    <table class="stacked">
      <Columns of={[["Strikes"], ["With"], ["Struck"], [<span class="unseen">Remove</span>]]} />
      <tbody>
        {faults.map((fault) => {
          const { asked, does } = inWords(fault);
          return (
            <tr key={fault.id}>
              <th scope="row">{asked}</th>
              <td class="long">{does}</td>
              <td>{`${counted(fault.struck, "time")}, ${fault.left ?? "∞"} left`}</td>
              <td>
                <button
                  type="button"
                  class="small"
                  aria-label={`Remove the fault on ${asked}`}
                  onClick={() => act([{ method: "DELETE", path: `api/faults/${fault.id}` }], "The fault is removed")}
                >
                  Remove
                </button>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

export function Faults({ rest }: { rest: string[] }) {
  const { faults } = useKnown();
  return (
    <>
      <div class="toolbar">
        <h2>Faults</h2>
        {faults.length > 1 && (
          <button type="button" onClick={removeAll}>
            Remove all…
          </button>
        )}
      </div>
      <p class="quiet">The next request that fits is struck, once unless told otherwise.</p>
      <Card title="Armed">
        {faults.length === 0 ? <p class="quiet">Nothing goes wrong.</p> : <Armed faults={faults} />}
      </Card>
      <section aria-labelledby="presets">
        <h3 id="presets">Arm with one click</h3>
        <ul class="presets">
          {presets.map(({ name, tells, fault }) => (
            <li key={name}>
              <button
                type="button"
                onClick={() => act([{ method: "POST", path: "api/faults", body: fault }], `Armed: ${name}, ${tells}`)}
              >
                <b>{name}</b>
                <small>{tells}</small>
              </button>
            </li>
          ))}
        </ul>
      </section>
      <FaultForm focused={rest[0] === "new"} />
    </>
  );
}
