import { createHash, createPublicKey, type JsonWebKey, type KeyObject, X509Certificate } from "node:crypto";
import { seededGuid, seededSecret } from "./chance/seeded.js";
import { checkKnown, checkText, checkTexts, checkValue } from "./check-options.js";

/** A secret as it is registered. */
export interface SecretOptions {
  /** Default: one in Entra's form. */
  value?: string;
  /** When it stops being accepted, on the emulator's clock; a date in the past gives an expired one. Default: never. */
  expiresAt?: Date;
}

/** Who may speak for an app with a token of another issuer. */
export interface FederatedCredentialOptions {
  issuer: string;
  subject: string;
  /** Default `api://AzureADTokenExchange`. */
  audience?: string;
  /** The issuer's public key, as PEM or JWK. The emulator asks nobody for it. */
  publicKey: string | JsonWebKey;
}

/** An app as it is registered and, with its roles, consented to in one tenant. */
export interface AppOptions {
  /** Default: a GUID that is the same on every start. */
  clientId?: string;
  /** Default `"App <n>"`. */
  displayName?: string;
  /** Application permissions that were granted: on Microsoft Graph as a list, else by application ID URI. Default `["User.Read.All"]`. */
  roles?: readonly string[] | Readonly<Record<string, readonly string[]>>;
  /** What its registration asks an administrator to grant on Microsoft Graph, beside what was granted. Default `[]`. */
  asksFor?: readonly string[];
  /** Default: one secret that never expires. */
  secrets?: readonly (string | SecretOptions)[];
  /** Public certificates as PEM; whatever else the text holds is ignored. */
  certificates?: readonly string[];
  federatedCredentials?: readonly FederatedCredentialOptions[];
  /** Entra answers 7000112 for a disabled app. Default `false`. */
  disabled?: boolean;
  /** Registered as a public client, from which Entra takes no credential (700025). Default `false`. */
  publicClient?: boolean;
  /** Names under which the app is itself an API that tokens can be had for. Default `["api://<clientId>"]`. */
  identifierUris?: readonly string[];
  /** Version of the tokens for it as an API, 1 or 2. Default 1. */
  accessTokenVersion?: 1 | 2;
}

/** A secret as an app has it. One that came by a snapshot is known by its hash. */
export interface RegisteredSecret {
  id: string;
  value: string | undefined;
  /** Of its UTF-8 text, in hex. */
  sha256: string;
  /** Its last characters. */
  hint: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

export interface RegisteredCertificate {
  pem: string;
  publicKey: KeyObject;
  sha1: string;
  sha256: string;
  notBefore: Date;
  notAfter: Date;
}

export interface FederatedCredential {
  issuer: string;
  subject: string;
  audience: string;
  publicKey: KeyObject;
}

export const sha256Of = (text: string) => createHash("sha256").update(text).digest("hex");
const unseparated = (fingerprint: string) => fingerprint.replaceAll(":", "");

/** What is registered once, however many tenants consent to it. */
export class AppRegistration {
  readonly clientId: string;
  displayName: string;
  identifierUris: readonly string[];
  asksFor: readonly string[];
  readonly accessTokenVersion: 1 | 2;
  readonly publicClient: boolean;
  readonly secrets: RegisteredSecret[] = [];
  readonly certificates: RegisteredCertificate[] = [];
  readonly federatedCredentials: FederatedCredential[] = [];
  #seed: string;
  #secretsMade = 0;

  constructor(options: AppOptions, seed: string, displayName: string) {
    const { clientId, secrets, certificates, federatedCredentials } = options;
    checkText("clientId", clientId);
    for (const [name, list] of Object.entries({ secrets, certificates, federatedCredentials })) {
      checkValue(name, list, Array.isArray(list), "an array");
    }
    this.#seed = seed;
    this.clientId = options.clientId?.toLowerCase() ?? seededGuid(`${seed}:client`);
    this.displayName = options.displayName ?? displayName;
    checkTexts("asksFor", options.asksFor);
    this.asksFor = options.asksFor ?? [];
    this.identifierUris = options.identifierUris ?? [`api://${this.clientId}`];
    this.accessTokenVersion = options.accessTokenVersion ?? 1;
    this.publicClient = options.publicClient ?? false;
    this.#addCredentials(options);
  }

  #addCredentials({ secrets = [{}], certificates = [], federatedCredentials = [] }: AppOptions): void {
    for (const secret of secrets) this.addSecret(typeof secret === "string" ? { value: secret } : secret);
    for (const pem of certificates) this.addCertificate(pem);
    for (const credential of federatedCredentials) this.addFederatedCredential(credential);
  }

  addSecret(options: SecretOptions): string {
    checkKnown("addSecret()", options, { value: true, expiresAt: true });
    const { value, expiresAt } = options;
    checkText("value", value);
    checkValue("expiresAt", expiresAt, expiresAt instanceof Date && !Number.isNaN(expiresAt.getTime()), "a date");
    let name: string;
    do {
      name = `${this.#seed}:secret:${this.#secretsMade}`;
      this.#secretsMade += 1;
    } while (this.secrets.some(({ id }) => id === seededGuid(name)));
    const secret = value ?? seededSecret(name);
    this.secrets.push({
      id: seededGuid(name),
      value: secret,
      sha256: sha256Of(secret),
      hint: secret.slice(-3),
      expiresAt: expiresAt?.getTime() ?? Number.POSITIVE_INFINITY,
    });
    return secret;
  }

  /** Takes a secret over whose hash is known; its value, too, where it was made here. */
  adoptSecret(secret: Omit<RegisteredSecret, "value">): void {
    const made = Array.from({ length: 16 }, (_, number) => seededSecret(`${this.#seed}:secret:${number}`));
    this.secrets.push({ ...secret, value: made.find((value) => sha256Of(value) === secret.sha256) });
  }

  addCertificate(pem: string): void {
    const [text] = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/.exec(pem) ?? [];
    if (text === undefined)
      throw new TypeError("A certificate is registered as PEM text with a CERTIFICATE block in it.");
    const certificate = new X509Certificate(text);
    this.certificates.push({
      pem: text,
      publicKey: certificate.publicKey,
      sha1: unseparated(certificate.fingerprint),
      sha256: unseparated(certificate.fingerprint256),
      notBefore: new Date(certificate.validFrom),
      notAfter: new Date(certificate.validTo),
    });
  }

  addFederatedCredential(options: FederatedCredentialOptions): void {
    checkKnown("addFederatedCredential()", options, { issuer: true, subject: true, audience: true, publicKey: true });
    const { issuer, subject, audience = "api://AzureADTokenExchange", publicKey } = options;
    const key =
      typeof publicKey === "string" ? createPublicKey(publicKey) : createPublicKey({ key: publicKey, format: "jwk" });
    this.federatedCredentials.push({ issuer, subject, audience, publicKey: key });
  }
}

/** An app in one tenant. Change it while the emulator runs, as an administrator would. */
export class App {
  readonly clientId: string;
  /** Id of its service principal: `oid` and `sub` of its tokens. */
  readonly objectId: string;
  /** What is granted from now on; tokens that were issued keep the roles they have. */
  roles: NonNullable<AppOptions["roles"]>;
  disabled: boolean;
  /** @internal */
  readonly registration: AppRegistration;
  /** Tokens from before are revoked: seconds since 1970. @internal */
  validFrom = 0;

  /** @internal */
  constructor(registration: AppRegistration, tenantId: string, { roles, disabled }: AppOptions) {
    for (const list of Array.isArray(roles) ? [roles] : Object.values(roles ?? {})) checkTexts("roles", list);
    this.registration = registration;
    this.clientId = registration.clientId;
    this.objectId = seededGuid(`${tenantId}:${this.clientId}:principal`);
    this.roles = roles ?? ["User.Read.All"];
    this.disabled = disabled ?? false;
  }

  get displayName(): string {
    return this.registration.displayName;
  }

  /** The secret that was registered last. @throws Error when there is none, or a snapshot brought its hash alone */
  get clientSecret(): string {
    const secret = this.registration.secrets.at(-1);
    if (!secret) throw new Error(`The app ${this.displayName} has no secret.`);
    if (secret.value === undefined)
      throw new Error(`Of the secret of ${this.displayName} the snapshot knew a hash only.`);
    return secret.value;
  }

  /** Registers one more secret and gives its value. */
  addSecret(options: SecretOptions = {}): string {
    return this.registration.addSecret(options);
  }

  /** Takes every secret away that has this value, or all of them. */
  removeSecrets(value?: string): void {
    const { secrets } = this.registration;
    const sha256 = value === undefined ? undefined : sha256Of(value);
    const others = secrets.filter((secret) => sha256 !== undefined && secret.sha256 !== sha256);
    secrets.splice(0, secrets.length, ...others);
  }

  /** Registers a certificate, given as PEM. */
  addCertificate(pem: string): void {
    this.registration.addCertificate(pem);
  }

  /** Takes every certificate away. */
  removeCertificates(): void {
    this.registration.certificates.length = 0;
  }

  addFederatedCredential(options: FederatedCredentialOptions): void {
    this.registration.addFederatedCredential(options);
  }

  /** Roles on Microsoft Graph (no name), or on another API by its application ID URI. @internal */
  rolesOn(resource?: string): readonly string[] {
    if (Array.isArray(this.roles)) return resource === undefined ? this.roles : [];
    const byResource = this.roles as Readonly<Record<string, readonly string[]>>;
    return byResource[resource ?? "https://graph.microsoft.com"] ?? [];
  }
}
