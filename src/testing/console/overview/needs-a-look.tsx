import { useKnown } from "../live/known.js";
import { Card } from "../parts/card.js";
import { needsALook } from "../refusals/explain-refusal.js";
import { RefusalItem } from "../refusals/refusal-item.js";

/** The heart of the console: each refusal once, with its cause and the click that cures it. */
export function NeedsALook() {
  const known = useKnown();
  const all = needsALook(known.refusals.values(), known);
  const open = all.filter(({ cured }) => !cured);
  const cured = all.filter((each) => each.cured);
  return (
    <Card title="Needs a look" beside={open.length > 0 && <b class="count requests">{open.length}</b>}>
      {open.length === 0 && (
        <p class="quiet">
          {known.asked === 0
            ? "Nothing was refused: nothing was asked yet."
            : "Nothing that was refused is still wrong."}
        </p>
      )}
      <ul class="refusals">
        {open.map((refusal) => (
          <RefusalItem key={refusal.key} refusal={refusal} />
        ))}
      </ul>
      {cured.length > 0 && (
        <details>
          <summary>{cured.length} cured by now</summary>
          <ul class="refusals">
            {cured.map((refusal) => (
              <RefusalItem key={refusal.key} refusal={refusal} />
            ))}
          </ul>
        </details>
      )}
    </Card>
  );
}
