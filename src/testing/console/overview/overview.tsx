import { linkTo } from "../address.js";
import { useKnown } from "../live/known.js";
import { Card } from "../parts/card.js";
import { inDigits } from "../parts/formats.js";
import { RequestTable } from "../requests/request-table.js";
import { Connect } from "./connect.js";
import { NeedsALook } from "./needs-a-look.js";

const mostShown = 8;

export function Overview() {
  const { users, groups, apps, asked, refused, entries } = useKnown();
  const figures = [
    [linkTo("directory", "users"), users, users === 1 ? "user" : "users", ""],
    [linkTo("directory", "groups"), groups, groups === 1 ? "group" : "groups", ""],
    [linkTo("apps"), apps.length, apps.length === 1 ? "app" : "apps", ""],
    [linkTo("requests"), asked, asked === 1 ? "request" : "requests", `${inDigits(refused)} refused`],
  ] as const;
  return (
    <>
      <h2 class="unseen">Overview</h2>
      <ul class="figures">
        {figures.map(([href, count, name, more]) => (
          <li key={href}>
            <a href={href}>
              <b>{inDigits(count)}</b> <span>{name}</span>
              {more && <small>{more}</small>}
            </a>
          </li>
        ))}
      </ul>
      <div class="columns">
        <NeedsALook />
        <div class="stack">
          <Connect />
          <Card title="Latest requests" beside={<a href={linkTo("requests")}>All requests</a>}>
            {entries.length === 0 ? (
              <p class="quiet">Nothing has been asked yet. Connect a program, and see here what it asks.</p>
            ) : (
              <RequestTable entries={entries.slice(-mostShown).reverse()} open={undefined} />
            )}
          </Card>
        </div>
      </div>
    </>
  );
}
