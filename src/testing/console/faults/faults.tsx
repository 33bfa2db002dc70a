import type { FaultShown } from "../calls/answers.js";
import { useKnown } from "../live/known.js";
import { act } from "../live/notices.js";
import { confirm } from "../parts/dialog.js";
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
    <table>
      <thead>
        <tr>
          <th scope="col">Strikes</th>
          <th scope="col">With</th>
          <th scope="col" class="number">
            Struck
          </th>
          <th scope="col" class="number">
            Left
          </th>
          <th scope="col">
            <span class="unseen">Remove</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {faults.map((fault) => {
          const { asked, does } = inWords(fault);
          return (
            <tr key={fault.id}>
              <th scope="row">{asked}</th>
              <td class="long">{does}</td>
              <td class="number">{fault.struck}</td>
              <td class="number">{fault.left ?? "∞"}</td>
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
      <section class="card" aria-labelledby="armed">
        <h3 id="armed">Armed</h3>
        {faults.length === 0 ? <p class="quiet">Nothing goes wrong.</p> : <Armed faults={faults} />}
      </section>
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
