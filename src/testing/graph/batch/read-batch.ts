import { recordedRefusal } from "../recorded-refusal.js";
import { badRequest } from "../refusal.js";

/** One request of a batch. */
export interface BatchStep {
  id: string;
  method: string;
  /** Relative to the version that the batch was sent to. */
  url: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string;
  /** Ids, spelt as the steps that they mean. */
  dependsOn: readonly string[];
}

const mostSteps = 20;
const malformed = () => recordedRefusal("batchFormat");

/**
 * The steps of a batch's body, in their order.
 * @throws GraphRefusal for the batch as a whole
 * @see https://learn.microsoft.com/graph/json-batching
 */
export function readBatch(body: string): BatchStep[] {
  const { requests } = objectOf(parse(body));
  if (!Array.isArray(requests) || requests.length === 0) throw malformed();
  if (requests.length > mostSteps) throw recordedRefusal("batchSize");
  const steps = requests.map(readStep);
  /** Ids compare without case. */
  const spelling = new Map<string, string>();
  for (const { id } of steps) {
    if (spelling.has(id.toLowerCase())) throw recordedRefusal("batchId", id);
    spelling.set(id.toLowerCase(), id);
  }
  const spelt = (id: string) => spelling.get(id.toLowerCase()) ?? refuse();
  const linked = steps.map((step) => ({ ...step, dependsOn: step.dependsOn.map(spelt) }));
  checkDependencies(linked);
  return linked;
}

function refuse(): never {
  throw malformed();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return refuse();
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : refuse();
}

const textOf = (value: unknown): string => (typeof value === "string" && value !== "" ? value : refuse());
const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(textOf) : refuse());

function readStep(given: unknown): BatchStep {
  const { id, method, url, headers, body, dependsOn } = objectOf(given);
  const step = {
    id: textOf(id),
    method: textOf(method).toUpperCase(),
    url: textOf(url),
    headers: readHeaders(objectOf(headers ?? {})),
    dependsOn: textsOf(dependsOn ?? []),
  };
  const type = step.headers["content-type"];
  if (/^(POST|PUT|PATCH)$/.test(step.method) && (type === undefined || body === undefined)) {
    throw badRequest(`Write request id : ${step.id} does not contain Content-Type header or body.`);
  }
  return { ...step, body: readBody(body, type) };
}

function readHeaders(given: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name.toLowerCase(), typeof value === "string" ? value : refuse()]),
  );
}

/** JSON stands there as it is; anything else is text in base64url. */
function readBody(body: unknown, type = ""): string {
  if (body === undefined || body === null) return "";
  if (typeof body !== "string" || /\bjson\b/i.test(type)) return JSON.stringify(body);
  return Buffer.from(body, "base64url").toString();
}

type Linked = Pick<BatchStep, "id" | "dependsOn">;

/**
 * Nobody depends on anybody, or each on the one before it, or all on the same one; Graph supports no other pattern. What it says to others
 * isn't documented.
 */
function checkDependencies(steps: readonly Linked[]): void {
  const [first, ...others] = [...new Set(steps.flatMap(({ dependsOn }) => dependsOn))];
  if (first === undefined) return;
  const dependsOnly = ({ dependsOn }: Linked, id: string | undefined) => dependsOn.length === 1 && dependsOn[0] === id;
  const free = ({ dependsOn }: Linked) => dependsOn.length === 0;
  const serial = steps.every((step, index) => (index === 0 ? free(step) : dependsOnly(step, steps[index - 1]?.id)));
  const same =
    others.length === 0 && steps.every((step) => (step.id === first ? free(step) : dependsOnly(step, first)));
  if (!serial && !same) throw malformed();
}
