import { goTo, linkTo } from "../address.js";
import type { AppShown } from "../calls/answers.js";
import { useKnown } from "../live/known.js";
import { act } from "../live/notices.js";
import { Facts } from "../parts/code.js";
import { CopyButton } from "../parts/copy-button.js";
import { confirm } from "../parts/dialog.js";
import { Pane } from "../parts/pane.js";
import { AppCertificates } from "./app-certificates.js";
import { AppPermissions } from "./app-permissions.js";
import { AppSecrets } from "./app-secrets.js";

function remove({ clientId, name }: AppShown): void {
  confirm({
    title: `Delete ${name}?`,
    text: "Its secrets and grants go with it.",
    doIt: "Delete",
    async onYes() {
      if (await act([{ method: "DELETE", path: `api/apps/${clientId}` }], `${name} is deleted`)) goTo("apps");
    },
  });
}

/** An app in full: what it may, and how it shows who it is. */
export function AppPane({ app }: { app: AppShown }) {
  const { health } = useKnown();
  const { clientId, name, disabled, objectId, identifierUris } = app;
  const path = `api/apps/${clientId}`;
  const consent = `${location.origin}/${health?.tenantId}/adminconsent?client_id=${clientId}`;
  const toggle = () =>
    act(
      [{ method: "PATCH", path, body: { disabled: !disabled } }],
      disabled ? `${name} is enabled` : `${name} is disabled: Entra answers 7000112`,
    );
  const revoke = () =>
    act([{ method: "POST", path: `${path}/revoke`, body: {} }], `The tokens that ${name} holds are revoked`);
  return (
    <Pane title={name} closeTo={linkTo("apps")} of={clientId}>
      {disabled && <p class="advice">This app is disabled: it gets no tokens.</p>}
      <p class="copyable">
        Client id <code>{clientId}</code> <CopyButton text={clientId} what="Client id" />
      </p>
      <AppPermissions app={app} />
      <AppSecrets app={app} />
      <AppCertificates app={app} />
      <section>
        <h3>More</h3>
        <Facts
          of={[
            ["Tenant id", health?.tenantId],
            ["Object id", objectId],
            ["As an API", identifierUris.join(", ")],
          ]}
        />
        <div class="actions">
          <a class="button small" href={consent} target="_blank" rel="noreferrer">
            Consent page
          </a>
          <CopyButton text={consent} what="Link of the consent page" label="Copy its link" />
          <button type="button" class="small" onClick={revoke}>
            Revoke tokens
          </button>
          <button type="button" class="small" onClick={toggle}>
            {disabled ? "Enable" : "Disable"}
          </button>
          <button type="button" class="small danger" onClick={() => remove(app)}>
            Delete…
          </button>
        </div>
      </section>
    </Pane>
  );
}
