import { ask } from "../calls/call.js";
import { say } from "../live/notices.js";
import { Card } from "../parts/card.js";
import { Columns } from "../parts/columns.js";
import { saveFile } from "./save-file.js";

const variables = [
  ["Node", "NODE_EXTRA_CA_CERTS", "ca.pem"],
  ["Python requests, msal, az", "REQUESTS_CA_BUNDLE", "bundle.pem"],
  ["curl", "CURL_CA_BUNDLE", "bundle.pem"],
  ["OpenSSL, Go, Ruby", "SSL_CERT_FILE", "bundle.pem"],
  ["Java, Windows, browsers", "by hand", "ca.pem"],
];

async function save(name: string): Promise<void> {
  try {
    saveFile(name, await ask("GET", name));
  } catch (failure) {
    say({ text: (failure as Error).message, failed: true });
  }
}

/** Whom clients have to trust while it runs. */
export function Trust() {
  return (
    <Card title="Trust files">
      <p class="quiet">
        Made for this start, installed nowhere. <code>bundle.pem</code> holds what was trusted before as well.
      </p>
      <table class="stacked">
        <Columns of={[["Who"], ["Variable"], ["File"]]} />
        <tbody>
          {variables.map(([who, variable, file]) => (
            <tr key={who}>
              <th scope="row">{who}</th>
              <td class="mono">{variable}</td>
              <td>{file}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div class="actions">
        <button type="button" onClick={() => save("ca.pem")}>
          Save ca.pem
        </button>
        <button type="button" onClick={() => save("bundle.pem")}>
          Save bundle.pem
        </button>
      </div>
    </Card>
  );
}
