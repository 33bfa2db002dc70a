import { useState } from "preact/hooks";
import { goTo, linkTo } from "../address.js";
import type { DirectoryObject, Listed } from "../calls/answers.js";
import { useAnswer } from "../live/use-answer.js";
import { Choice } from "../parts/choice.js";
import { TextField } from "../parts/field.js";
import { inDigits } from "../parts/formats.js";
import { GroupPane } from "./group-pane.js";
import { ImportPane } from "./import-pane.js";
import { NewObject } from "./new-object.js";
import { ObjectTable } from "./object-table.js";
import { UserPane } from "./user-pane.js";

export type Kind = "users" | "groups";
const kinds = { users: "Users", groups: "Groups" } as const;
const perPage = 50;

function OpenPane({ kind, open }: { kind: Kind; open: string }) {
  if (open === "new") return <NewObject kind={kind} key={kind} />;
  if (open === "import") return <ImportPane />;
  return kind === "users" ? <UserPane id={open} key={open} /> : <GroupPane id={open} key={open} />;
}

/** Over sixty lines: most of them are markup. */
export function Directory({ rest: [wanted, open] }: { rest: string[] }) {
  const kind: Kind = wanted === "groups" ? "groups" : "users";
  const [search, setSearch] = useState("");
  const [skip, setSkip] = useState(0);
  const query = `top=${perPage}&skip=${skip}&search=${encodeURIComponent(search)}`;
  const { answer, failure } = useAnswer<Listed<DirectoryObject>>(`api/${kind}?${query}`);
  const { value = [], count = 0 } = answer ?? {};
  const searchFor = (text: string) => {
    setSkip(0);
    setSearch(text);
  };
  return (
    <>
      <div class="toolbar">
        <h2>Directory</h2>
        <Choice
          label="Kind"
          choices={kinds}
          chosen={kind}
          onChoose={(choice) => {
            searchFor("");
            goTo("directory", choice);
          }}
        />
        <TextField
          label="Search"
          type="search"
          value={search}
          onInput={searchFor}
          placeholder="name, mail, id"
          search
        />
        <span class="actions">
          {kind === "users" && (
            <a class="button" href={linkTo("directory", "users", "import")}>
              Import…
            </a>
          )}
          <a class="button primary" href={linkTo("directory", kind, "new")}>
            {kind === "users" ? "Add a user…" : "Add a group…"}
          </a>
        </span>
      </div>
      <div class={open === undefined ? "split" : "split opened"}>
        <div class="list">
          {failure && <p class="empty">{failure}</p>}
          {answer && value.length === 0 && <p class="empty">{search ? "Nobody fits." : "There is none."}</p>}
          {value.length > 0 && <ObjectTable kind={kind} objects={value} open={open} />}
          {count > perPage && (
            <div class="actions pages">
              <button type="button" disabled={skip === 0} onClick={() => setSkip(Math.max(0, skip - perPage))}>
                Previous
              </button>
              <span>{`${inDigits(skip + 1)} – ${inDigits(Math.min(count, skip + perPage))} of ${inDigits(count)}`}</span>
              <button type="button" disabled={skip + perPage >= count} onClick={() => setSkip(skip + perPage)}>
                Next
              </button>
            </div>
          )}
        </div>
        {open !== undefined && <OpenPane kind={kind} open={open} />}
      </div>
    </>
  );
}
