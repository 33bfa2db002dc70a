import { linkTo } from "../address.js";
import type { DirectoryObject } from "../calls/answers.js";
import { Columns } from "../parts/columns.js";

/** Beside the name. */
const columns = {
  users: { userPrincipalName: "User principal name", department: "Department", jobTitle: "Job title" },
  groups: { description: "Description", mail: "Mail", visibility: "Visibility" },
} as const;

/** The first column is always seen. */
const wideFrom = (at: number) => (at > 0 ? "wide" : "");

interface ObjectTableProps {
  kind: "users" | "groups";
  objects: readonly DirectoryObject[];
  open: string | undefined;
}

export function ObjectTable({ kind, objects, open }: ObjectTableProps) {
  const shown = Object.entries(columns[kind]);
  return (
    <table class="stacked">
      <Columns of={[["Name"], ...shown.map(([, title], at) => [title, wideFrom(at)] as const)]} />
      <tbody>
        {objects.map((object) => {
          const { id } = object;
          return (
            <tr key={id} class={id === open ? "open" : ""}>
              <th scope="row">
                <a href={linkTo("directory", kind, id)} data-row={id} aria-current={id === open || undefined}>
                  {String(object.displayName ?? id)}
                </a>
                {object.accountEnabled === false && <span class="tag">disabled</span>}
              </th>
              {shown.map(([name], at) => (
                <td key={name} class={`long ${wideFrom(at)}`}>
                  {String(object[name] ?? "")}
                </td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
