import { act } from "../live/notices.js";
import type { Cure } from "./explain-refusal.js";

/** The clicks that cure; the first is the one most wanted. */
export function CureButtons({ cures }: { cures: readonly Cure[] }) {
  return (
    <div class="actions">
      {cures.map((cure, at) => {
        const kind = at === 0 ? "primary small" : "small";
        if (!("calls" in cure)) {
          return (
            <a key={cure.label} class={`button ${kind}`} href={cure.href}>
              {cure.label}
            </a>
          );
        }
        return (
          <button type="button" key={cure.label} class={kind} onClick={() => act(cure.calls, cure.said)}>
            {cure.label}
          </button>
        );
      })}
    </div>
  );
}
