import { describe, expect, it } from "vitest";
import { entraFailure } from "../../../src/identity/entra/remedies.js";

const asker = { tenantId: "contoso.onmicrosoft.com", clientId: "11111111-2222-3333-4444-555555555555" };
const traceId = "6f5b3e2d-0a0c-4b52-9c1e-5d0a3b1f0e00";
const correlationId = "0c3fd1a2-7b11-4f26-8d7e-93f5a2a4c111";

function body(aadsts: number, error: string, text = "Something is wrong.", separator = " ") {
  const tail = [`Trace ID: ${traceId}`, `Correlation ID: ${correlationId}`, "Timestamp: 2026-11-20 18:00:00Z"];
  return {
    error,
    error_description: [`AADSTS${aadsts}: ${text}`, ...tail].join(separator),
    error_codes: [aadsts],
    timestamp: "2026-11-20 18:00:00Z",
    trace_id: traceId,
    correlation_id: correlationId,
  };
}

const table: [aadsts: number, status: number, error: string, code: string, remedy: string, retryable?: boolean][] = [
  [7000215, 401, "invalid_client", "invalid_credential", "not its ID"],
  [7000222, 401, "invalid_client", "expired_credential", "Add a new secret"],
  [7000216, 401, "invalid_client", "invalid_credential", "got lost"],
  [7000218, 401, "invalid_client", "invalid_credential", "got lost"],
  [700025, 401, "invalid_client", "invalid_credential", "public client"],
  [70025, 401, "invalid_client", "invalid_credential", "trusts no federated identity"],
  [700222, 401, "invalid_client", "invalid_credential", "api://AzureADTokenExchange"],
  [7000213, 401, "invalid_client", "invalid_credential", "leaf first"],
  [9002313, 400, "invalid_request", "token_request_rejected", "malformed"],
  [5000225, 400, "invalid_request", "tenant_not_found", "inactivity"],
  [700027, 401, "invalid_client", "invalid_credential", "Upload this certificate"],
  [7000274, 401, "invalid_client", "invalid_credential", "Upload this certificate"],
  [700030, 401, "invalid_client", "invalid_credential", "sendX5c"],
  [7000214, 401, "invalid_client", "expired_credential", "new certificate"],
  [7000277, 401, "invalid_client", "expired_credential", "new certificate"],
  [1000502, 401, "invalid_client", "expired_credential", "new certificate"],
  [700024, 401, "invalid_client", "invalid_credential", "clock"],
  [700021, 401, "invalid_client", "invalid_credential", asker.clientId],
  [700023, 401, "invalid_client", "invalid_credential", "tokenEndpoint"],
  [50027, 400, "invalid_request", "invalid_credential", "x5t#S256"],
  [90014, 400, "invalid_request", "invalid_credential", "x5t#S256"],
  [5002723, 401, "invalid_client", "invalid_credential", "x5t#S256"],
  [5002738, 401, "invalid_client", "invalid_credential", "PS256"],
  [700211, 401, "invalid_client", "invalid_credential", "Federated credentials"],
  [700212, 401, "invalid_client", "invalid_credential", "aud"],
  [700213, 401, "invalid_client", "invalid_credential", "sub"],
  [70021, 401, "invalid_client", "invalid_credential", "iss, sub and aud"],
  [700016, 400, "unauthorized_client", "app_not_found", asker.clientId],
  [700038, 400, "unauthorized_client", "app_not_found", "Application (client) ID"],
  [7000229, 401, "unauthorized_client", "app_not_found", "consent"],
  [7000112, 400, "unauthorized_client", "app_disabled", "Enterprise applications"],
  [90002, 400, "invalid_request", "tenant_not_found", asker.tenantId],
  [900023, 400, "invalid_request", "tenant_not_found", "Directory (tenant) ID"],
  [50059, 400, "invalid_request", "tenant_not_found", "Directory (tenant) ID"],
  [90038, 400, "invalid_request", "tenant_not_found", '"cloud"'],
  [900382, 400, "invalid_request", "tenant_not_found", '"cloud"'],
  [900432, 400, "invalid_request", "tenant_not_found", '"cloud"'],
  [50049, 400, "invalid_instance", "tenant_not_found", "oidcAuthority"],
  [50050, 400, "invalid_request", "tenant_not_found", "oidcAuthority"],
  [1002012, 400, "invalid_scope", "invalid_scope", "/.default"],
  [70011, 400, "invalid_scope", "invalid_scope", "/.default"],
  [700022, 400, "invalid_scope", "invalid_scope", "one resource"],
  [500011, 400, "invalid_resource", "resource_not_found", asker.tenantId],
  [500014, 400, "invalid_resource", "resource_not_found", "Enterprise applications"],
  [501051, 400, "invalid_grant", "permission_missing", "API permissions"],
  [900144, 400, "invalid_request", "token_request_rejected", "proxy"],
  [53003, 400, "interaction_required", "blocked_by_policy", "Service principal sign-ins"],
  [700082, 400, "invalid_grant", "expired_credential", "refresh token"],
  [50196, 400, "invalid_grant", "throttled", "loop"],
  [90055, 429, "temporarily_unavailable", "throttled", "tokenStore", true],
  [90006, 503, "temporarily_unavailable", "entra_unavailable", "try again later", true],
  [90024, 503, "temporarily_unavailable", "entra_unavailable", "try again later", true],
  [90033, 503, "temporarily_unavailable", "entra_unavailable", "try again later", true],
];

describe("Entra's codes", () => {
  it.each(table)(
    "AADSTS%i has a code and a remedy of its own",
    (aadsts, status, error, code, remedy, retryable = false) => {
      const failure = entraFailure(body(aadsts, error), status, asker);
      expect(failure).toMatchObject({
        code,
        aadsts,
        retryable,
        statusCode: status,
        oauthError: error,
        traceId,
        correlationId,
      });
      expect(failure.remedy).toContain(remedy);
      expect(failure.remedy).toMatch(/^[A-Z].*\.$/);
    },
  );

  it("that nobody listed lead to Microsoft's page about them", () => {
    const failure = entraFailure(body(123456, "invalid_request"), 400, asker);
    expect(failure).toMatchObject({ code: "token_request_rejected", retryable: false });
    expect(failure.remedy).toContain("https://login.microsoftonline.com/error?code=123456");
  });
});

describe("the text of an answer", () => {
  it.each([
    ["spaces", " "],
    ["line breaks", "\r\n"],
  ])("becomes the message without the ids behind it, whether %s separate them", (_, separator) => {
    const answer = body(90002, "invalid_request", "Tenant 'x' not found. Check it.", separator);
    const failure = entraFailure(answer, 400, asker);
    expect(failure.message).toBe("Entra (AADSTS90002) refused the token: Tenant 'x' not found. Check it.");
    expect(failure.oauthDescription).toBe(answer.error_description);
  });

  it("gives code and ids even where it is all there is", () => {
    const { error, error_description } = body(7000215, "invalid_client", "Invalid client secret provided.", "\r\n");
    const failure = entraFailure({ error, error_description }, 401, asker);
    expect(failure).toMatchObject({ aadsts: 7000215, code: "invalid_credential", traceId, correlationId });
  });

  it("is cut when it is endless", () => {
    const failure = entraFailure({ error: "invalid_request", error_description: "x".repeat(100_000) }, 400, asker);
    expect(failure.message.length + failure.oauthDescription!.length).toBeLessThan(5_000);
  });
});

describe("an answer without a known number", () => {
  it.each([
    [401, { error: "invalid_client" }, "invalid_credential", false],
    [400, { error: "invalid_scope" }, "invalid_scope", false],
    [400, { error: "invalid_resource" }, "resource_not_found", false],
    [400, { error: "invalid_tenant" }, "tenant_not_found", false],
    [400, { error: "interaction_required" }, "blocked_by_policy", false],
    [400, { error: "temporarily_unavailable" }, "entra_unavailable", true],
    [429, { error: "invalid_request" }, "throttled", true],
    [503, {}, "entra_unavailable", true],
    [400, { error: "constructor" }, "token_request_rejected", false],
    [400, { error: 5, error_description: {}, error_codes: "7000215", trace_id: [] }, "token_request_rejected", false],
    [400, { error_codes: [{}] }, "token_request_rejected", false],
    [418, {}, "token_request_rejected", false],
  ] as const)("HTTP %i %j", (status, answer, code, retryable) => {
    const failure = entraFailure({ ...answer }, status, asker);
    expect(failure).toMatchObject({ code, retryable, statusCode: status });
    expect(failure.message).not.toMatch(/undefined|object|NaN/);
    expect(failure.remedy).not.toBe("");
  });
});
