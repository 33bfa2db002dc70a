import type { Switches } from "../calls/answers.js";
import { useKnown } from "../live/known.js";
import { act } from "../live/notices.js";
import { Card } from "../parts/card.js";
import { CheckField, SelectField } from "../parts/field.js";

/** Each setting in words; what is no switch takes a number. */
const settings = {
  throttle: "Throttle as Graph does: 429 when the resource units are used up",
  shuffle: "Every listing comes in an order of its own",
  shortPages: "Chance of a page that isn't full, 0 to 0.9",
  replays: "Chance that a change is told again, 0 to 1",
  pageTokenLifetimeMs: "A page token lives, in milliseconds",
  deltaTokenLifetimeMs: "A delta token lives, in milliseconds",
  deltaPageSize: "Changes on a page of delta",
  deltaRelatedSize: "Members and owners on a page of delta",
  deltaExpiry: "A delta token that is too old is answered",
} as const satisfies Record<keyof Switches, string>;

const expiries = {
  gone: "410 with a Location",
  syncStateNotFound: "400 syncStateNotFound",
  unsupportedQuery: "400 Request_UnsupportedQuery",
};

const change = (name: keyof Switches, value: unknown) =>
  void act([{ method: "PATCH", path: "api/graph", body: { [name]: value } }], `Graph: ${name} is ${value}`);

function Setting({ name, value }: { name: keyof Switches; value: unknown }) {
  const label = settings[name];
  if (typeof value === "boolean") {
    return (
      <CheckField checked={value} onChange={(checked) => change(name, checked)}>
        {label}
      </CheckField>
    );
  }
  if (typeof value === "string")
    return <SelectField label={label} value={value} choices={expiries} onChoose={(choice) => change(name, choice)} />;
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="number"
        step="any"
        value={String(value)}
        onChange={({ currentTarget }) => change(name, Number(currentTarget.value))}
      />
    </label>
  );
}

/** How Graph behaves; what is changed counts at once. */
export function GraphSettings() {
  const { graph } = useKnown();
  const names = Object.keys(settings) as (keyof Switches)[];
  return (
    <Card title="How Graph behaves">
      <div class="fields">{graph && names.map((name) => <Setting key={name} name={name} value={graph[name]} />)}</div>
    </Card>
  );
}
