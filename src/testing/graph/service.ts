import type { App } from "../app.js";
import type { SigningKey } from "../crypto/signing-key.js";
import type { WireReply, WireRequest } from "../wire/messages.js";
import type { RecordedRequest } from "../wire/request-log.js";
import { answerAsGraph } from "./answer.js";
import { answerBatch, isBatch } from "./batch/answer-batch.js";
import { answerDownload, isDownload } from "./download.js";
import type { TenantGraph } from "./tenant-graph.js";
import { type ChallengeSpelling, verifyBearer } from "./verify-bearer.js";

export interface GraphServiceOptions {
  /** The tenant a token is from: its apps, and its Graph. */
  findTenant(id: string): { apps: ReadonlyMap<string, App>; graph: TenantGraph } | undefined;
  signingKey: Promise<SigningKey>;
  challengeSpelling: ChallengeSpelling;
}

export interface GraphService {
  /**
   * @param entry of the request's log, which learns the claims of a token that is good
   * @param onStep stands between a batch and each of its steps
   */
  handle(request: WireRequest, entry: RecordedRequest, onStep: OnStep): Promise<WireReply>;
}

/** Sees to the answer of a batch's step; `id` is the step's, and `answer` what Graph has to say. */
export type OnStep = (step: WireRequest, id: string, answer: () => Promise<WireReply>) => Promise<WireReply>;

/** Microsoft Graph: one address for all tenants, of which the access token names one. */
export function createGraphService({ findTenant, signingKey, challengeSpelling }: GraphServiceOptions): GraphService {
  const findApp = (tenant: string, client: string) => findTenant(tenant)?.apps.get(client);
  return {
    async handle(request, entry, onStep) {
      if (isDownload(request.url))
        return answerDownload(request.url, (tenant, id) => findTenant(tenant)?.graph.download(id));
      const key = await signingKey;
      return answerAsGraph(request, (headers) => {
        const claims = verifyBearer(request, key, findApp, challengeSpelling);
        entry.claims = claims;
        const [tenantId, clientId] = [String(claims.tid), String(claims.appid)];
        const caller = { tenantId, clientId, roles: (claims.roles ?? []) as readonly string[] };
        const { graph } = findTenant(tenantId)!;
        if (!isBatch(request)) return graph.answer(request, caller, headers);
        const answer = (step: WireRequest) => answerAsGraph(step, (own) => graph.answer(step, caller, own));
        return answerBatch(request, (step, id) => onStep(step, id, () => answer(step)));
      });
    },
  };
}
