import { URL } from "node:url";
import { segmentsOf } from "./throttle-scope.js";

/** Words of Graph's own addresses. Whatever else stands in a path may be somebody's. */
const words = new Set(
  `v1.0 beta $batch $count $value $ref delta users groups applications serviceprincipals devices directoryobjects
  directoryroles directoryroletemplates directory administrativeunits contacts contracts organization domains
  subscribedskus rolemanagement roleassignments roledefinitions oauth2permissiongrants deleteditems me members owners
  memberof transitivemembers transitivememberof manager directreports ownedobjects createdobjects owneddevices
  registereddevices registeredowners registeredusers licensedetails approleassignments approleassignedto photo photos
  messages mailfolders mailboxsettings sendmail calendar calendars calendarview events drive drives root items content
  sites teams chats channels joinedteams auditlogs signins directoryaudits reports authentication methods getbyids
  getmembergroups getmemberobjects checkmembergroups checkmemberobjects identity conditionalaccess policies
  microsoft.graph.user microsoft.graph.group microsoft.graph.device microsoft.graph.serviceprincipal
  microsoft.graph.application microsoft.graph.directoryrole microsoft.graph.administrativeunit`.split(/\s+/),
);

/** Whether a segment of a path is Graph's own, and not somebody's. */
export function isGraphsWord(segment: string): boolean {
  return words.has(segment.toLowerCase());
}

/** An address without query and ids. */
export function pathTemplate(address: string): string {
  const segments = segmentsOf(new URL(address).pathname).map((segment) => (isGraphsWord(segment) ? segment : "{id}"));
  return `/${segments.join("/")}`;
}

/** An address as it may be told to anybody. */
export function nameless(address: string): { host: string; path: string } {
  return { host: new URL(address).host, path: pathTemplate(address) };
}
