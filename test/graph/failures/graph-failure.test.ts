import { describe, expect, it } from "vitest";
import { graphFailure } from "../../../src/graph/failures/graph-failure.js";

const identity = {
  tenantId: "contoso.onmicrosoft.com",
  clientId: "11111111-2222-3333-4444-555555555555",
  loginHost: "login.microsoftonline.us",
};

function failure(
  status: number,
  body: unknown,
  { headers = {}, url = "https://graph.microsoft.com/v1.0/users?$top=5", known = true } = {},
) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = Object.defineProperty(new Response(null, { status, headers }), "url", { value: url });
  return graphFailure(response, text, {
    graphRoot: "https://graph.microsoft.com",
    now: 0,
    identity: known ? identity : undefined,
  });
}

const says = (code: string, message: string) => ({ error: { code, message, innerError: { "request-id": "0ff1ce" } } });

describe("a code that says more than its status", () => {
  it.each<[number, string, string, string, RegExp, boolean]>([
    [401, "Authorization_IdentityNotFound", "The identity …", "permission_missing", /service principal.*consent/, true],
    [403, "Authorization_IdentityNotFound", "The identity …", "permission_missing", /service principal.*consent/, true],
    [403, "Authorization_IdentityDisabled", "Disabled.", "app_disabled", /enables it/, false],
    [401, "Authorization_IdentityDisabled", "Disabled.", "app_disabled", /enables it/, false],
    [
      403,
      "ErrorAccessDenied",
      "[RAOP] : Blocked by tenant configured AppOnly AccessPolicy",
      "blocked_by_policy",
      /Exchange/,
      false,
    ],
    [403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "…", "permission_missing", /P1 or P2/, false],
    [404, "MailboxNotEnabledForRESTAPI", "…", "not_found", /no mailbox/, false],
    [400, "MailboxNotHostedInExchangeOnline", "…", "not_found", /no mailbox/, false],
    [400, "BadRequest", "Tenant does not have a SPO license.", "bad_request", /SharePoint/, false],
    [
      400,
      "BadRequest",
      "/me request is only valid with delegated authentication flow.",
      "bad_request",
      /no signed-in user/,
      false,
    ],
    [509, "activityLimitReached", "…", "throttled", /left alone/, false],
    [403, "Authorization_RequestDenied", "Insufficient privileges …", "permission_missing", /User\.Read\.All/, true],
  ])("decides: %i %s (%s) is %s", (status, code, message, meant, remedy, consent) => {
    const told = failure(status, says(code, message));
    expect(told).toMatchObject({ code: meant, remedy: expect.stringMatching(remedy), graphCode: code });
    expect(told.adminConsentUrl !== undefined).toBe(consent);
  });
});

describe("an answer that is no success", () => {
  it.each([
    [400, "Request_BadRequest", "Bad.", "bad_request", false],
    [400, "Request_UnsupportedQuery", "Unsupported Query.", "unsupported_query", false],
    [400, "Directory_ExpiredPageToken", "The specified page token value has expired.", "page_token_expired", false],
    [400, "DirectoryPageTokenNotFoundException", "", "page_token_expired", false],
    [400, "syncStateNotFound", "", "page_token_expired", false],
    [401, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience.", "unauthorized", false],
    [
      403,
      "Authorization_RequestDenied",
      "Insufficient privileges to complete the operation.",
      "permission_missing",
      false,
    ],
    [404, "Request_ResourceNotFound", "Resource 'x' does not exist.", "not_found", false],
    [408, "", "", "graph_unavailable", true],
    [409, "Request_MultipleObjectsWithSameKeyValue", "Conflict.", "bad_request", false],
    [410, "", "", "page_token_expired", false],
    [429, "UnknownError", "", "throttled", true],
    [500, "InternalServerError", "", "graph_unavailable", true],
    [501, "NotImplemented", "", "unsupported_query", false],
    [502, "", "", "graph_unavailable", true],
    [503, "ServiceUnavailable", "", "graph_unavailable", true],
    [504, "", "", "graph_unavailable", true],
    [505, "", "", "graph_unavailable", false],
  ])("of status %i %s %j is %s", (status, graphCode, message, code, retryable) => {
    const error = failure(status, says(graphCode, message));
    expect(error).toMatchObject({
      code,
      retryable,
      statusCode: status,
      requestId: "0ff1ce",
      host: "graph.microsoft.com",
    });
    expect(error.graphCode).toBe(graphCode || undefined);
    expect(error.message).toContain(message);
    expect(error.remedy).toMatch(/^[A-Z].*[^.]\.?$/);
  });

  it.each([
    ["text", "Service down for maintenance.", "Service down for maintenance."],
    ["HTML", "<!doctype html><html><title>502 Bad\n Gateway</title><body>nginx", "502 Bad Gateway"],
    ["HTML without a title", "<h1>Oops</h1><p>Come back later.</p>", "Oops Come back later."],
    ["problem+json", '{"type":"about:blank","title":"Gone fishing","detail":"Until Monday."}', "Until Monday."],
    ["an OAuth error", '{"error":"invalid_request","error_description":"No such thing."}', "No such thing."],
    ["an error without a message", '{"error":{"code":"X"}}', "502 X"],
    ["nothing", "", "502 without saying why"],
    ["null", "null", "502"],
    ["a very long text", "x".repeat(100_000), `${"x".repeat(200)}…`],
  ])("is read where its body is %s", (_, body, words) => {
    const error = failure(502, body, { headers: { "request-id": "from-header" } });
    expect(error.message).toContain(words);
    expect(error.message.length).toBeLessThan(300);
    expect(error).toMatchObject({ requestId: "from-header", statusCode: 502 });
  });

  it("is known by the id in its body before that in its header, in either spelling", () => {
    const headers = { "request-id": "from-header" };
    expect(failure(400, { error: { innererror: { "request-id": "from-body" } } }, { headers }).requestId).toBe(
      "from-body",
    );
    expect(failure(400, { error: {} }, { headers }).requestId).toBe("from-header");
    expect(failure(400, { error: {} })).not.toHaveProperty("requestId");
  });

  it("tells how long Graph wants to be left alone", () => {
    const error = failure(429, "", { headers: { "retry-after": "12" } });
    expect(error.retryAfterMs).toBe(12_000);
    expect(error.remedy).toContain("12 s");
    expect(failure(429, "", { headers: { "retry-after": "soon" } })).not.toHaveProperty("retryAfterMs");
  });
});

describe("a Retry-After that is a date", () => {
  const at = (date: string | undefined) =>
    failure(429, "", {
      headers: { "retry-after": "Fri, 20 Nov 2026 12:00:30 GMT", ...(date !== undefined && { date }) },
    }).retryAfterMs;

  it("goes by the server's clock, however wrong ours is", () => {
    expect(at("Fri, 20 Nov 2026 12:00:00 GMT")).toBe(30_000);
    expect(at("Fri, 20 Nov 2026 12:01:00 GMT")).toBeUndefined();
  });

  it("goes by ours where the answer tells no other", () => {
    // Ours stands at 1970 here, so that the date is years away: an hour is the longest that is waited unasked.
    expect(at(undefined)).toBe(3_600_000);
    expect(at("yesterday")).toBe(3_600_000);
  });
});

describe("a missing permission", () => {
  const denied = says("Authorization_RequestDenied", "Insufficient privileges to complete the operation.");

  it("comes with the tenant's admin-consent link", () => {
    expect(failure(403, denied).adminConsentUrl).toBe(
      "https://login.microsoftonline.us/contoso.onmicrosoft.com/adminconsent?client_id=11111111-2222-3333-4444-555555555555",
    );
    expect(failure(403, denied, { known: false })).not.toHaveProperty("adminConsentUrl");
  });

  it.each([
    ["/v1.0/users", "User.Read.All"],
    ["/v1.0/users/delta?$select=id", "User.Read.All"],
    ["/beta/users('$x')", "User.Read.All"],
    ["/v1.0/groups/1/members", "Group.Read.All"],
    ["/v1.0/servicePrincipals?$top=1", "Application.Read.All"],
    ["/v1.0/devices", "Device.Read.All"],
    ["/v1.0/teams", "permission this path needs"],
    // What the collection's own permission doesn't open: it would lead in a circle.
    ["/v1.0/users/1/memberOf/microsoft.graph.group?$count=true", "permission Directory.Read.All"],
    ["/v1.0/users('ada@contoso.com')/memberOf", "permission Directory.Read.All"],
    ["/v1.0/users/1/transitiveMemberOf", "permission User.Read.All"],
    ["/v1.0/users/1/manager?$select=id", "permission User.Read.All"],
    ["/v1.0/users/1/messages", "permission this path needs"],
    ["/v1.0/users/1/drive/root", "permission this path needs"],
    ["/v1.0/groups/1/appRoleAssignments", "permission Directory.Read.All"],
    ["/v1.0/groups(1)/owners", "permission Group.Read.All"],
    ["/v1.0/servicePrincipals/1/owners", "permission Application.Read.All"],
  ])("for %s is named: %s", (path, permission) => {
    const { remedy } = failure(403, denied, { url: `https://graph.microsoft.com${path}` });
    expect(remedy).toContain(permission);
    expect(remedy).toContain("application (not delegated) permission");
  });

  it("is named as Graph names it, where it does", () => {
    const body = says(
      "Authentication_MSGraphPermissionMissing",
      "Calling principal does not have required MSGraph permissions AuditLog.Read.All",
    );
    expect(failure(403, body).remedy).toContain("AuditLog.Read.All");
  });

  it("isn't suspected where it is the licence that is missing", () => {
    const body = says(
      "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
      "Neither tenant is B2C or tenant doesn't have premium license",
    );
    expect(failure(403, body).remedy).toMatch(/licen[cs]e/);
  });
});

describe("an unsupported query", () => {
  it.each([
    ["Invalid page size specified: '1000'. Must be between 1 and 999 inclusive.", "1 to 999"],
    [
      "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
      "ConsistencyLevel: eventual",
    ],
    ["$count is not currently supported.", "ConsistencyLevel: eventual"],
    [
      "Unsupported or invalid query filter clause specified for property 'city' of resource 'User'.",
      "can't filter or sort",
    ],
  ])("that says %j comes with its cure", (message, cure) => {
    const error = failure(400, says("Request_UnsupportedQuery", message));
    expect([error.code, error.remedy.includes(cure)]).toEqual(["unsupported_query", true]);
  });

  it("is also known where Graph calls it a bad request", () => {
    const error = failure(400, says("Request_BadRequest", "$count is not currently supported."));
    expect(error).toMatchObject({ code: "unsupported_query", graphCode: "Request_BadRequest" });
  });

  it("of a property that can't be listed says where to read it", () => {
    expect(failure(501, "").remedy).toContain("ask for the object by its id");
  });
});
