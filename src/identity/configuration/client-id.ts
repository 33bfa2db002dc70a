import { cloudOfLoginHost } from "../../clouds.js";
import { isGuid } from "../../guid.js";
import { secretKind } from "../../quotable.js";
import { refusal } from "../../refusal.js";
import { portal } from "../portal.js";

const remedy = `Its value: ${portal.clientId}.`;

/**
 * An application's id, before anything is sent: it goes into addresses, and a secret in its place would stand in everybody's logs. The value
 * isn't told.
 * @throws AppIdentityError `invalid_options`
 */
export function checkClientId(clientId: string, loginHost: string): void {
  if (isGuid(clientId)) return;
  const kind = secretKind(clientId);
  if (kind !== undefined) {
    throw refusal(
      "invalid_options",
      `"clientId" is no application's id: it looks like ${kind}.`,
      `${remedy} If client id and secret were exchanged, exchange them back; and make a new secret if it was written to a log.`,
    );
  }
  const isMicrosofts = cloudOfLoginHost(loginHost) !== undefined || loginHost.endsWith(".ciamlogin.com");
  if (isMicrosofts)
    throw refusal("invalid_options", '"clientId" is not the id of an application, which is a GUID.', remedy);
}
