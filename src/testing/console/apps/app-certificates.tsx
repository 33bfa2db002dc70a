import { useState } from "preact/hooks";
import type { AppShown, CertificateShown } from "../calls/answers.js";
import { act } from "../live/notices.js";
import { confirm } from "../parts/dialog.js";
import { Form } from "../parts/field.js";
import { dayAndTime } from "../parts/formats.js";

export function AppCertificates({ app }: { app: AppShown }) {
  const [pem, setPem] = useState("");
  const path = `api/apps/${app.clientId}/certificates`;
  const add = async () => {
    const body = { pem };
    if (await act([{ method: "POST", path, body }], `A certificate of ${app.name} is registered`)) setPem("");
  };
  const remove = ({ sha256 }: CertificateShown) =>
    confirm({
      title: "Delete this certificate?",
      text: "Programs that sign with its key are refused from now on.",
      doIt: "Delete",
      onYes: () => void act([{ method: "DELETE", path: `${path}/${sha256}` }], "The certificate is deleted"),
    });
  return (
    <section>
      <h3>Certificates</h3>
      {app.certificates.length === 0 && <p class="quiet">None.</p>}
      <ul class="rows">
        {app.certificates.map((certificate) => (
          <li key={certificate.sha256}>
            <span>
              <code title={certificate.sha256}>{certificate.sha256.slice(0, 16)}…</code>{" "}
              <small>until {dayAndTime(Date.parse(certificate.notAfter))}</small>
            </span>
            <button
              type="button"
              class="small"
              aria-label={`Delete the certificate ${certificate.sha256.slice(0, 16)}`}
              onClick={() => remove(certificate)}
            >
              Delete…
            </button>
          </li>
        ))}
      </ul>
      <details>
        <summary>Register a certificate</summary>
        <Form onSend={add}>
          <label class="field">
            <span>Certificate as PEM</span>
            <textarea
              rows={5}
              required
              spellcheck={false}
              placeholder="-----BEGIN CERTIFICATE-----"
              value={pem}
              onInput={({ currentTarget }) => setPem(currentTarget.value)}
            />
            <small>Public part only: a private key isn't needed here.</small>
          </label>
          <div class="actions">
            <button type="submit">Register it</button>
          </div>
        </Form>
      </details>
    </section>
  );
}
