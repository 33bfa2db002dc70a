import { brand, hasBrand } from "./error-brand.js";
import { GraphClientError } from "./graph-sdk.js";

/** The stable names of everything that can go wrong. Branch on these, never on messages. */
export type AppIdentityErrorCode =
  // The program or its configuration is wrong: trying again can't help.
  | "invalid_options"
  | "invalid_parameters"
  | "invalid_certificate"
  | "certificate_expired"
  | "invalid_scope"
  | "invalid_query"
  | "invalid_continuation_token"
  // Entra refused a token.
  | "invalid_credential"
  | "expired_credential"
  | "app_not_found"
  | "app_disabled"
  | "tenant_not_found"
  | "resource_not_found"
  | "blocked_by_policy"
  | "token_request_rejected"
  | "entra_unavailable"
  | "invalid_token_response"
  | "credential_callback_failed"
  // Graph refused a request, or its answer can't be trusted.
  | "unauthorized"
  | "claims_challenge_unmet"
  | "permission_missing"
  | "not_found"
  | "bad_request"
  | "unsupported_query"
  | "graph_unavailable"
  | "invalid_response"
  | "unexpected_redirect"
  | "untrusted_link"
  | "link_loop"
  | "page_token_expired"
  // Either side.
  | "throttled"
  | "network_error"
  | "timeout"
  | "aborted";

/** What an error carries beside its `code` and message. Absent means not known. */
export interface AppIdentityErrorDetails {
  /** One sentence the operator can act on. */
  remedy: string;
  /** Whether the same call may succeed later without anyone changing anything. Default `false`. */
  retryable?: boolean | undefined;
  cause?: unknown;
  /** HTTP status of the answer that failed. */
  statusCode?: number | undefined;
  /** Host that was asked. */
  host?: string | undefined;
  /** Entra's numeric code, such as 7000215. */
  aadsts?: number | undefined;
  /** OAuth `error` of a token answer, such as `invalid_client`. */
  oauthError?: string | undefined;
  /** OAuth `error_description` of a token answer. */
  oauthDescription?: string | undefined;
  /** Entra's `trace_id`. */
  traceId?: string | undefined;
  /** Entra's `correlation_id`. */
  correlationId?: string | undefined;
  /** Graph's error code, such as `Authorization_RequestDenied`. */
  graphCode?: string | undefined;
  /** Graph's `request-id`. */
  requestId?: string | undefined;
  /** How long the service asked to be left alone, in milliseconds. */
  retryAfterMs?: number | undefined;
  /** What was asked for, of many that were read at once. */
  path?: string | undefined;
  /** The stream of `readDirectory()` that failed. */
  stream?: string | undefined;
  /** Number of the page that failed, from 1. */
  page?: number | undefined;
  /** Where the listing can be taken up again. */
  continuationToken?: string | undefined;
  /** Where an administrator grants the missing permission. */
  adminConsentUrl?: string | undefined;
}

/**
 * Every failure of this package. It extends the Graph SDK's `GraphClientError` because the SDK replaces any other error that passes
 * through a client by a `GraphError` without its fields.
 */
export class AppIdentityError extends GraphClientError {
  static {
    // Bundlers rename classes that name themselves.
    Object.defineProperty(AppIdentityError, "name", { value: "AppIdentityError" });
  }

  readonly code: AppIdentityErrorCode;
  readonly remedy: string;
  readonly retryable: boolean;
  declare readonly statusCode?: number;
  declare readonly host?: string;
  declare readonly aadsts?: number;
  declare readonly oauthError?: string;
  declare readonly oauthDescription?: string;
  declare readonly traceId?: string;
  declare readonly correlationId?: string;
  declare readonly graphCode?: string;
  declare readonly requestId?: string;
  declare readonly retryAfterMs?: number;
  declare readonly path?: string | undefined;
  declare readonly stream?: string;
  declare readonly page?: number;
  declare readonly continuationToken?: string;
  declare readonly adminConsentUrl?: string;

  constructor(code: AppIdentityErrorCode, message: string, details: AppIdentityErrorDetails) {
    super(message);
    // GraphClientError's constructor sets its own prototype; without this line `instanceof AppIdentityError` is false.
    Object.setPrototypeOf(this, new.target.prototype);
    const { remedy, retryable = false, cause, ...known } = details;
    this.code = code;
    this.remedy = remedy;
    this.retryable = retryable;
    for (const [field, value] of Object.entries(known)) {
      if (value !== undefined) Object.defineProperty(this, field, { value, enumerable: true, configurable: true });
    }
    if (cause !== undefined) {
      Object.defineProperty(this, "cause", { value: cause, enumerable: false, configurable: true, writable: true });
    }
    Error.captureStackTrace?.(this, new.target);
  }

  /** The same failure with more known about it, such as the page it happened on. */
  with(details: Partial<AppIdentityErrorDetails>): AppIdentityError {
    const { name: _name, code, message, ...known } = this.toJSON();
    const more = Object.entries(details).filter(([, value]) => value !== undefined);
    return new AppIdentityError(code, message, { ...known, cause: this.cause, ...Object.fromEntries(more) });
  }

  toJSON(): Omit<AppIdentityErrorDetails, "cause"> & { name: string; code: AppIdentityErrorCode; message: string } {
    // Own enumerable fields are exactly `code` and the details.
    return {
      name: this.name,
      message: this.message,
      ...(this as AppIdentityErrorDetails & { code: AppIdentityErrorCode }),
    };
  }

  /**
   * The failure in the shape of a Graph error body. A second copy of the Graph SDK in the tree doesn't know our base class, and builds
   * its own `GraphError` from this: `code` and `message` survive, and its `body` is JSON with all the other fields.
   * @internal
   */
  get error(): object {
    return { ...this.toJSON(), innerError: { "request-id": this.requestId, date: new Date().toISOString() } };
  }
}

Object.defineProperty(AppIdentityError.prototype, "name", {
  value: "AppIdentityError",
  configurable: true,
  writable: true,
});
Object.defineProperty(AppIdentityError.prototype, brand, { value: true });

/**
 * Recognises our errors also when they come from another copy of this package, or from another thread or process: a worker's `error` event
 * keeps the fields, `code` first of all; structured clone (`postMessage()`) keeps message and stack, and nothing else of any error.
 */
export function isAppIdentityError(value: unknown): value is AppIdentityError {
  return hasBrand(value) || isClone(value);
}

function isClone(value: unknown): boolean {
  if (Object.prototype.toString.call(value) !== "[object Error]") return false;
  const { name, stack } = value as Error;
  return name === "AppIdentityError" || /^AppIdentityError: /.test(String(stack));
}
