import { URL } from "node:url";
import { looks } from "./is-read.js";
import { namesWorkload, segmentsOf } from "./throttle-scope.js";

/** Words of Graph's own addresses, beside those that tell workloads and looks. Whatever else stands in a path may be somebody's. */
const words = new Set(
  `v1.0 beta $batch $count $value $ref delta deleteditems roleassignments roledefinitions members owners memberof
  transitivemembers transitivememberof manager directreports ownedobjects createdobjects owneddevices registereddevices
  registeredowners registeredusers licensedetails approleassignments approleassignedto root items content channels signins
  directoryaudits authentication methods identity conditionalaccess`.split(/\s+/),
);

const cast = /^microsoft\.graph\.(user|group|device|serviceprincipal|application|directoryrole|administrativeunit)$/;

/** Whether a segment of a path is Graph's own, and not somebody's. */
export function isGraphsWord(segment: string): boolean {
  const word = segment.toLowerCase();
  return words.has(word) || namesWorkload(word) || looks.test(word) || cast.test(word);
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
