import { linkTo, type PageName, pages } from "./address.js";
import { useKnown } from "./live/known.js";
import { counted, inDigits } from "./parts/formats.js";
import { Icon } from "./parts/icons.js";

export const pageNames: Record<PageName, string> = {
  overview: "Overview",
  requests: "Requests",
  directory: "Directory",
  apps: "Apps",
  faults: "Faults",
  tenant: "Tenant",
};

export function Navigation({ page }: { page: PageName }) {
  const { refused, faults } = useKnown();
  const marks: Partial<Record<PageName, { count: number; means: string }>> = {
    requests: { count: refused, means: `${inDigits(refused)} refused` },
    faults: { count: faults.length, means: `${counted(faults.length, "fault")} armed` },
  };
  return (
    <nav aria-label="Pages">
      {pages.map((name) => {
        const mark = marks[name];
        return (
          <a key={name} href={linkTo(name)} aria-current={name === page ? "page" : undefined}>
            <Icon name={name} />
            <span>{pageNames[name]}</span>
            {mark && mark.count > 0 && (
              <b class={`count ${name}`} title={mark.means}>
                <span aria-hidden="true">{mark.count > 999 ? "999+" : mark.count}</span>
                <span class="unseen">{mark.means}</span>
              </b>
            )}
          </a>
        );
      })}
    </nav>
  );
}
