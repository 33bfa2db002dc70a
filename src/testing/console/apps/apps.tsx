import { linkTo } from "../address.js";
import { graphRoles } from "../calls/answers.js";
import { useKnown } from "../live/known.js";
import { Columns } from "../parts/columns.js";
import { Pane } from "../parts/pane.js";
import { AppPane } from "./app-pane.js";
import { NewApp } from "./new-app.js";

export function Apps({ rest: [open] }: { rest: string[] }) {
  const { apps } = useKnown();
  const app = apps.find(({ clientId }) => clientId === open);
  return (
    <>
      <div class="toolbar">
        <h2>Apps</h2>
        <a class="button primary" href={linkTo("apps", "new")}>
          Register an app…
        </a>
      </div>
      <div class={open === undefined ? "split" : "split opened"}>
        <div class="list">
          {apps.length === 0 ? (
            <p class="empty">No app is registered.</p>
          ) : (
            <table class="stacked">
              <Columns of={[["Name"], ["Permissions"], ["Client id", "wide"]]} />
              <tbody>
                {apps.map((each) => (
                  <tr key={each.clientId} class={each === app ? "open" : ""}>
                    <th scope="row">
                      <a
                        href={linkTo("apps", each.clientId)}
                        data-row={each.clientId}
                        aria-current={each === app || undefined}
                      >
                        {each.name}
                      </a>
                      {each.disabled && <span class="tag warn">disabled</span>}
                    </th>
                    <td class="long">{graphRoles(each).join(", ") || "none"}</td>
                    <td class="wide mono">{each.clientId}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </div>
        {open === "new" && <NewApp />}
        {app && <AppPane app={app} key={app.clientId} />}
        {open !== undefined && open !== "new" && !app && (
          <Pane title="No such app" closeTo={linkTo("apps")} of={open}>
            <p class="quiet">No app {open} is registered.</p>
          </Pane>
        )}
      </div>
    </>
  );
}
