import { useState } from "preact/hooks";
import { linkTo } from "../address.js";
import type { DirectoryObject, Listed } from "../calls/answers.js";
import { act } from "../live/notices.js";
import { useAnswer } from "../live/use-answer.js";
import { Form, TextField } from "../parts/field.js";
import { counted } from "../parts/formats.js";

interface RelatedProps {
  group: DirectoryObject;
  relation: "members" | "owners";
  title: string;
  one: string;
}

const perPage = 20;

/** Who is a member or owner of a group: looked at, added, removed. */
export function Related({ group, relation, title, one }: RelatedProps) {
  const [top, setTop] = useState(perPage);
  const [other, setOther] = useState("");
  const path = `api/groups/${group.id}/${relation}`;
  const { answer } = useAnswer<Listed<DirectoryObject>>(`${path}?top=${top}`);
  const { value = [], count = 0 } = answer ?? {};
  const nameOf = ({ displayName, id }: DirectoryObject) => String(displayName ?? id);
  const add = async () => {
    const said = `${other} is one of the ${relation} of ${group.displayName}`;
    if (await act([{ method: "PUT", path: `${path}/${encodeURIComponent(other)}` }], said)) setOther("");
  };
  const remove = (each: DirectoryObject) =>
    act([{ method: "DELETE", path: `${path}/${each.id}` }], `${nameOf(each)} is no ${one} of ${group.displayName}`);
  return (
    <section>
      <h3>{title}</h3>
      <p class="quiet">{counted(count, one)}</p>
      <ul class="rows">
        {value.map((each) => (
          <li key={each.id}>
            <a href={linkTo("directory", "userPrincipalName" in each ? "users" : "groups", each.id)}>{nameOf(each)}</a>
            <button type="button" class="small" aria-label={`Remove ${nameOf(each)}`} onClick={() => remove(each)}>
              Remove
            </button>
          </li>
        ))}
      </ul>
      {count > value.length && value.length > 0 && (
        <button type="button" class="small" onClick={() => setTop(top + 5 * perPage)}>
          Show more
        </button>
      )}
      <Form onSend={add}>
        <div class="row">
          <TextField
            label={`Add one of the ${relation}`}
            value={other}
            onInput={setOther}
            placeholder="user principal name or id"
            required
          />
          <button type="submit">Add</button>
        </div>
      </Form>
    </section>
  );
}
