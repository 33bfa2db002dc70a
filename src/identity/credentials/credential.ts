/**
 * How an app proves who it is: what callers may give (`CredentialOptions`), and what a token request needs (`Credential`).
 *
 * A token request asks `credential.proof(signal, tenantId)` and spreads the answer into MSAL's `auth` configuration. When Entra refuses the proof,
 * `credential.refresh(refused, signal)` looks for a newer one and says whether asking again is worth a request. A `tokenCredential` proves
 * nothing to Entra itself: it is asked for the token instead.
 */

import type { Clock } from "../../clock.js";
import type { Logger } from "../../logger.js";

/** What `clientAssertion` is told about the request its assertion is for. */
export interface AssertionContext {
  readonly tenantId: string;
  readonly clientId: string;
  /** The `aud` of an assertion that the app signs itself. */
  readonly tokenEndpoint: string;
  /** Aborts when nobody waits for the token any more. */
  readonly signal: AbortSignal;
}

interface CertificateDetails {
  /** Of an encrypted private key. A function is asked whenever the key is read. */
  readonly passphrase?: string | (() => string) | undefined;
  /** SHA-1, in hex as the portal shows it. Computed where the certificate is at hand. */
  readonly thumbprint?: string | undefined;
  /** SHA-256, in hex. Computed where the certificate is at hand. */
  readonly thumbprintSha256?: string | undefined;
  /** Certificates that are not next to the key: PEM, or a list of a certificate each, as PEM or bare base64. */
  readonly x5c?: string | readonly string[] | undefined;
  /** Send the certificates along, for subject name and issuer authentication. Default: whether `x5c` is given. */
  readonly sendX5c?: boolean | undefined;
}

/** Where a certificate and its RSA private key are. */
export type CertificateOptions = CertificateDetails &
  (
    | {
        /**
         * A PEM file with private key and certificate; a relative path is that of the start. It is read again when it changes. Of several
         * pairs the one that is valid longest is used.
         */
        readonly path: string;
        readonly pem?: undefined;
        readonly privateKey?: undefined;
      }
    | {
        /** What is in such a file. */
        readonly pem: string | Uint8Array;
        readonly path?: undefined;
        readonly privateKey?: undefined;
      }
    | ({
        /** A private key alone, as PEM. */
        readonly privateKey: string | Uint8Array;
        readonly path?: undefined;
        readonly pem?: undefined;
      } & (
        | { readonly thumbprint: string }
        | { readonly thumbprintSha256: string }
        | { readonly x5c: string | readonly string[] }
      ))
  );

/** A credential of `@azure/identity`, or anything with its `getToken`. */
export interface TokenSource {
  getToken(
    scopes: string | string[],
    options?: { abortSignal?: AbortSignal; claims?: string; enableCae?: boolean },
  ): Promise<{ token: string; expiresOnTimestamp: number; refreshAfterTimestamp?: number } | null>;
}

/** Each way to prove who the app is. Exactly one is given. */
export interface CredentialChoices {
  /** A client secret's value, or a function that knows it; the function is asked again when Entra refuses what it gave. */
  clientSecret: string | (() => string | Promise<string>);
  clientCertificate: CertificateOptions;
  /** Returns a signed assertion. Called once for each token request that is really sent. */
  clientAssertion: (context: AssertionContext) => Promise<string>;
  /** File with an assertion that something else keeps fresh, as Kubernetes does for workload identity. Read for each token request. */
  federatedTokenFile: string;
  /** Managed identity and the rest of `@azure/identity`. */
  tokenCredential: TokenSource;
}

/** One of `T`'s fields, and none of the others. */
type ExactlyOne<T> = {
  [K in keyof T]: Readonly<Pick<T, K>> & { readonly [Other in Exclude<keyof T, K>]?: undefined };
}[keyof T];

export type CredentialOptions = ExactlyOne<CredentialChoices>;

/** The part of MSAL's `auth` configuration that proves who asks. Made for one request; not to be kept. */
export interface Proof {
  clientSecret?: string;
  clientCertificate?: { privateKey: string; thumbprint?: string; thumbprintSha256?: string; x5c?: string };
  clientAssertion?: string | ((context: { clientId: string; tokenEndpoint?: string }) => Promise<string>);
}

export interface ProvingCredential {
  readonly kind: "secret" | "certificate" | "assertion" | "federatedToken";
  /** Milliseconds since 1970, where the credential itself says so. */
  readonly expiresAt?: number | undefined;
  /**
   * @param tenantId Whose token is asked for. Default: the tenant the credential was made for.
   * @throws AppIdentityError `credential_callback_failed`, `certificate_expired`, `expired_credential`, `invalid_credential`.
   */
  proof(signal: AbortSignal, tenantId?: string): Promise<Proof>;
  /** Looks for something newer than the proof that was refused; whether there is. Never throws except for an aborted signal. */
  refresh(refused: Proof, signal: AbortSignal): Promise<boolean>;
}

export interface BorrowedCredential {
  readonly kind: "tokenCredential";
  readonly expiresAt?: undefined;
  readonly getToken: TokenSource["getToken"];
}

export type Credential = ProvingCredential | BorrowedCredential;

/** Whom a credential is for, and what it may use. */
export interface CredentialContext {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clock: Clock;
  readonly logger: Logger | undefined;
}
