import { Component } from "preact";
import { linkTo } from "../address.js";
import type { Entry } from "../calls/answers.js";
import { useKnown } from "../live/known.js";
import { Columns } from "../parts/columns.js";
import { counted, timeOfDay } from "../parts/formats.js";

interface RowProps {
  entry: Entry;
  appName: string;
  open: boolean;
}

/** What is to be seen at a glance, and how it looks. */
const marksOf = ({ fault, advice, steps }: Entry): [text: string, look: string][] => [
  ...(fault ? [["fault", "warn"] as [string, string]] : []),
  ...(advice?.notEmulated ? [["gap", "warn"] as [string, string]] : []),
  ...(steps ? [[counted(steps.length, "step"), ""] as [string, string]] : []),
];

/** A token request's path begins with the tenant and ends with MSAL's number for it, which say nothing here. */
const shortened = (path: string) => path.replace(/^\/[0-9a-f-]{36}/, "/…").replace(/\?client-.*/, "");

/** Drawn once: what was asked doesn't change. */
class Row extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    const { entry, appName, open } = this.props;
    return next.entry !== entry || next.appName !== appName || next.open !== open;
  }

  override render() {
    const { entry, appName, open } = this.props;
    const { n, at, status, method, path, ms } = entry;
    const number = String(n);
    return (
      <tr class={open ? "open" : ""}>
        <td class="wide">{timeOfDay(at)}</td>
        <td>
          <b class={`status s${Math.floor((status ?? 0) / 100)}`}>{status ?? "cut"}</b>
        </td>
        <td class="method">{method}</td>
        <th scope="row">
          <a href={linkTo("requests", number)} data-row={number} aria-current={open || undefined} title={path}>
            {shortened(path)}
          </a>
          {marksOf(entry).map(([text, look]) => (
            <span key={text} class={`tag ${look}`}>
              {text}
            </span>
          ))}
        </th>
        <td class="wide">{appName}</td>
        <td class="number wide">{ms === undefined ? "" : ms.toFixed(ms < 10 ? 1 : 0)}</td>
      </tr>
    );
  }
}

/** Requests, in the order given. */
export function RequestTable({ entries, open }: { entries: readonly Entry[]; open: string | undefined }) {
  const { apps } = useKnown();
  const names = new Map(apps.map(({ clientId, name }) => [clientId, name]));
  return (
    <table class="requests">
      <Columns of={[["Time", "wide"], ["Status"], ["Method"], ["Path"], ["App", "wide"], ["ms", "number wide"]]} />
      <tbody>
        {entries.map((entry) => (
          <Row
            key={entry.n}
            entry={entry}
            appName={names.get(entry.app ?? "") ?? entry.app ?? ""}
            open={String(entry.n) === open}
          />
        ))}
      </tbody>
    </table>
  );
}
