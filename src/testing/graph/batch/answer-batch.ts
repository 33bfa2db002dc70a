import type { WireReply, WireRequest } from "../../wire/messages.js";
import { answerAsGraph } from "../answer.js";
import { GraphRefusal } from "../refusal.js";
import { type BatchStep, readBatch } from "./read-batch.js";
import { stepResponse } from "./step-response.js";

/** Answers one step as if it had come alone; `id` is the step's. */
export type AnswerStep = (step: WireRequest, id: string) => Promise<WireReply>;

const address = /^\/(v1\.0|beta)\/(?:\$|%24)batch\/?$/i;

/** Whether a request is for JSON batching. */
export const isBatch = ({ url }: WireRequest): boolean => address.test(url.pathname);

/**
 * Answers up to twenty requests in one. Each is answered on its own, refusals and throttling included, and the batch succeeds however they do.
 * @throws GraphRefusal where the batch itself can't be read
 */
export async function answerBatch(request: WireRequest, answerStep: AnswerStep): Promise<WireReply> {
  if (request.method !== "POST") {
    throw new GraphRefusal(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.");
  }
  const steps = readBatch(request.body);
  const replies = new Map<string, Promise<WireReply>>();

  /** Those that a step depends on are answered first, whatever order they came in. */
  function replyTo(step: BatchStep): Promise<WireReply> {
    const reply = replies.get(step.id) ?? answered(step);
    replies.set(step.id, reply);
    return reply;
  }

  async function answered(step: BatchStep): Promise<WireReply> {
    const asked = requestOf(step, request);
    const needed = await Promise.all(steps.filter(({ id }) => step.dependsOn.includes(id)).map(replyTo));
    if (needed.some(({ status }) => status >= 400)) return refused(request, failedDependency());
    return asked ? answerStep(asked, step.id) : refused(request, unresolvable());
  }

  const responses = await Promise.all(steps.map(async (step) => stepResponse(step.id, await replyTo(step))));
  return {
    status: 200,
    headers: { "content-type": "application/json" },
    // Graph promises no order: the last comes first, so that nobody comes to rely on one.
    body: JSON.stringify({ responses: responses.reverse() }),
  };
}

const refused = (request: WireRequest, refusal: GraphRefusal) =>
  answerAsGraph(request, () => {
    throw refusal;
  });

/** Its text isn't documented. */
const failedDependency = () =>
  new GraphRefusal(424, "FailedDependency", "The request failed because a request that it depends on failed.");
const unresolvable = () => new GraphRefusal(404, "UnknownError", "");

/** A step as a request of its own, which gets none of the batch's headers; `undefined` where it leads out of the batch's version, or to a batch. */
function requestOf({ method, url, headers, body }: BatchStep, batch: WireRequest): WireRequest | undefined {
  const root = new URL(batch.url.pathname.replace(address, "/$1/"), batch.url).href;
  const relative = url.replace(/^\//, "");
  if (/^([a-z][a-z\d+.-]*:)?\/\//i.test(url) || !URL.canParse(root + relative)) return undefined;
  const asked = { method, url: new URL(root + relative), headers, body, at: batch.at };
  return asked.url.href.startsWith(root) && !isBatch(asked) ? asked : undefined;
}
