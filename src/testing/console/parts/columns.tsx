import type { ComponentChildren } from "preact";

type Column = readonly [title: ComponentChildren, look?: string];

/** What stands above the columns of a table. */
export function Columns({ of }: { of: readonly Column[] }) {
  return (
    <thead>
      <tr>
        {of.map(([title, look], at) => (
          <th scope="col" class={look} key={at}>
            {title}
          </th>
        ))}
      </tr>
    </thead>
  );
}
