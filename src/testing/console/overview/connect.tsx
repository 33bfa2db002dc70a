import { useState } from "preact/hooks";
import type { SecretMade } from "../calls/answers.js";
import { base } from "../calls/call.js";
import { useKnown } from "../live/known.js";
import { act } from "../live/notices.js";
import { Card } from "../parts/card.js";
import { Choice } from "../parts/choice.js";
import { Code } from "../parts/code.js";
import { copy } from "../parts/copy-button.js";
import { SelectField } from "../parts/field.js";
import { isTls, type Language, languages, snippets } from "./snippets.js";

/** How a program gets here: text to paste, with a secret made for it where one is wanted. */
export function Connect() {
  const { apps, health } = useKnown();
  const [language, setLanguage] = useState<Language>("environment");
  const [chosen, setChosen] = useState("");
  const app = apps.find(({ clientId }) => clientId === chosen) ?? apps[0];
  if (!app || !health) {
    return (
      <Card title="Connect a program">
        <p class="quiet">
          There is no app to connect as. <a href="#/apps/new">Register one</a>.
        </p>
      </Card>
    );
  }
  const { origin, tenantId } = health;
  const { clientId, name } = app;
  const textWith = (secret: string) => snippets[language]({ origin, tenantId, clientId, secret, base });
  const text = textWith("<secret>");
  const copyWithSecret = async () => {
    const path = `api/apps/${clientId}/secrets`;
    const made = await act<SecretMade>([{ method: "POST", path, body: {} }], `${name} has a new secret`);
    if (made) await copy(textWith(made.answer.value), `${languages[language]}, with a new secret of ${name},`);
  };
  return (
    <Card
      title="Connect a program"
      beside={
        apps.length > 1 && (
          <SelectField
            label="As"
            value={clientId}
            choices={Object.fromEntries(apps.map((each) => [each.clientId, each.name]))}
            onChoose={setChosen}
          />
        )
      }
    >
      <Choice
        label="Language"
        choices={languages}
        chosen={language}
        onChoose={(choice: Language) => setLanguage(choice)}
      />
      {!isTls(health) && <p class="quiet">It was started without TLS, which MSAL wants.</p>}
      <Code text={text} label={languages[language]} />
      <div class="actions">
        <button type="button" class="primary" onClick={copyWithSecret}>
          Copy with a new secret
        </button>
        <button type="button" onClick={() => copy(text, languages[language])}>
          Copy
        </button>
      </div>
    </Card>
  );
}
