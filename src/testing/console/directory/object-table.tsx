import { linkTo } from "../address.js";
import type { DirectoryObject } from "../calls/answers.js";

/** Beside the name. */
const columns = {
  users: { userPrincipalName: "User principal name", department: "Department", jobTitle: "Job title" },
  groups: { description: "Description", mail: "Mail", visibility: "Visibility" },
} as const;

interface ObjectTableProps {
  kind: "users" | "groups";
  objects: readonly DirectoryObject[];
  open: string | undefined;
}

export function ObjectTable({ kind, objects, open }: ObjectTableProps) {
  const shown = Object.entries(columns[kind]);
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Name</th>
          {shown.map(([name, title], at) => (
            <th scope="col" key={name} class={at > 0 ? "wide" : ""}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
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
                <td key={name} class={at > 0 ? "wide long" : "long"}>
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
