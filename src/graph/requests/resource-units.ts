/** What an answer says that it cost; some services don't say. */
export function resourceUnits(headers: Pick<Headers, "get">): number {
  const units = Number(headers.get("x-ms-resource-unit"));
  return units > 0 && units < 1e6 ? units : 0;
}
