import { mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { certificateCredential } from "../../../src/identity/credentials/certificate.js";
import type { CertificateOptions, ProvingCredential } from "../../../src/identity/credentials/credential.js";
import { makeCertificate, pem, rsaKey, type TestCertificate } from "../../support/certificates.js";
import { ManualClock } from "../../support/manual-clock.js";
import { refusal } from "../../support/refusal.js";

const dayMs = 86_400_000;
const { signal } = new AbortController();
let first: TestCertificate;
let second: TestCertificate;
let folder: string;
let path: string;
let lines: string[];
let clock: ManualClock;

beforeAll(async () => {
  first = await makeCertificate();
  second = await makeCertificate({ key: rsaKey("second") });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "certificate-"));
  path = join(folder, "app.pem");
  lines = [];
  clock = new ManualClock();
});
afterEach(() => rmSync(folder, { recursive: true }));

function open(options: CertificateOptions): ProvingCredential {
  const logger = { warn: (line: string) => lines.push(line) };
  return certificateCredential(options, { tenantId: "t", clientId: "c", clock, logger });
}

async function thumbprintOf(credential: ProvingCredential): Promise<string | undefined> {
  return (await credential.proof(signal)).clientCertificate?.thumbprintSha256;
}

describe("a certificate file", () => {
  it("is taken over when it changes, without a restart", async () => {
    writeFileSync(path, first.pem);
    const credential = open({ path });
    expect(await thumbprintOf(credential)).toBe(first.sha256);
    writeFileSync(path, second.pem);
    expect(await thumbprintOf(credential)).toBe(second.sha256);
    expect(lines).toEqual([]);
  });

  it("is taken over when a link to it turns elsewhere, as mounted secrets do", async () => {
    for (const [name, { pem }] of Object.entries({ old: first, new: second })) writeFileSync(join(folder, name), pem);
    symlinkSync(join(folder, "old"), path);
    const credential = open({ path });
    symlinkSync(join(folder, "new"), `${path}.next`);
    renameSync(`${path}.next`, path);
    expect(await thumbprintOf(credential)).toBe(second.sha256);
  });

  it.each([
    ["half-written", () => writeFileSync(path, second.pem.slice(0, 900))],
    ["gone", () => unlinkSync(path)],
    ["a key with another certificate", () => writeFileSync(path, first.key + second.cert)],
  ])("that is %s leaves the one in hand, with a warning, until it is whole", async (_, spoil) => {
    writeFileSync(path, first.pem);
    const credential = open({ path });
    spoil();
    expect(await thumbprintOf(credential)).toBe(first.sha256);
    expect(lines).toEqual([expect.stringContaining("is kept")]);
    writeFileSync(path, second.pem);
    expect(await thumbprintOf(credential)).toBe(second.sha256);
    expect(lines).toHaveLength(1);
  });

  it("is read again after a refusal even if it looks the same, and tells whether that brought another one", async () => {
    writeFileSync(path, first.pem);
    const time = new Date("2026-01-01");
    utimesSync(path, time, time);
    const credential = open({ path });
    const refused = await credential.proof(signal);
    expect(await credential.refresh(refused, signal)).toBe(false);
    writeFileSync(path, second.pem.padEnd(first.pem.length, "\n"));
    utimesSync(path, time, time);
    expect(await credential.refresh(refused, signal)).toBe(true);
    expect(await thumbprintOf(credential)).toBe(second.sha256);
    expect(await credential.refresh(refused, signal), "another request has refreshed already").toBe(true);
  });

  it.each([
    ["missing", () => join(folder, "nowhere.pem")],
    ["a folder", () => folder],
  ])("is refused at construction when it is %s", async (_, where) => {
    const error = await refusal(() => open({ path: where() }));
    expect(error).toMatchObject({ code: "invalid_certificate", message: expect.stringContaining(where()) });
    expect(error.cause).toBeInstanceOf(Error);
  });

  it("may hold the key alone, with the thumbprint beside it", async () => {
    writeFileSync(path, pem(rsaKey(), "pkcs1"));
    const { clientCertificate } = await open({ path, thumbprint: first.sha1 }).proof(signal);
    expect(clientCertificate).toEqual({ privateKey: first.key, thumbprint: first.sha1 });
  });
});

describe("a certificate's expiry", () => {
  it("is announced once, thirty days ahead, however often it is used", async () => {
    const credential = open({ pem: first.pem });
    await credential.proof(signal);
    expect(lines).toEqual([]);
    clock.advance(first.expiresAt - 29 * dayMs - clock.now());
    await credential.proof(signal);
    await credential.proof(signal);
    expect(lines).toEqual([expect.stringContaining(new Date(first.expiresAt).toISOString().slice(0, 10))]);
  });

  it("is announced at construction, and again for the next certificate only", async () => {
    writeFileSync(path, (await makeCertificate({ to: 10 })).pem);
    const credential = open({ path });
    expect(lines).toHaveLength(1);
    writeFileSync(path, (await makeCertificate({ to: 20, key: rsaKey("second") })).pem);
    await credential.proof(signal);
    await credential.proof(signal);
    expect(lines).toHaveLength(2);
  });

  it("ends its use, unless the file holds its successor by then", async () => {
    writeFileSync(path, first.pem);
    const credential = open({ path });
    clock.advance(366 * dayMs);
    const error = await refusal(() => credential.proof(signal));
    expect(error.code).toBe("certificate_expired");
    const successor = await makeCertificate({ now: clock.now(), key: rsaKey("second") });
    writeFileSync(path, successor.pem);
    expect(await thumbprintOf(credential)).toBe(successor.sha256);
  });
});

describe("the chain", () => {
  it("is sent only when asked for", async () => {
    expect((await open({ pem: first.pem }).proof(signal)).clientCertificate).not.toHaveProperty("x5c");
    const { clientCertificate } = await open({ pem: first.pem, sendX5c: true }).proof(signal);
    expect(clientCertificate?.x5c).toContain("BEGIN CERTIFICATE");
  });

  it("given as x5c makes thumbprints unnecessary and is sent", async () => {
    const { clientCertificate } = await open({ privateKey: first.key, x5c: first.cert }).proof(signal);
    expect(clientCertificate).toMatchObject({ thumbprintSha256: first.sha256, x5c: expect.stringContaining("BEGIN") });
  });
});

describe("clientCertificate", () => {
  it.each([
    [{}, "neither path, pem nor privateKey"],
    [{ path: "a.pem", pem: "b" }, '"path" and "pem"'],
    [{ path: "" }, 'no text in "path"'],
    [{ pem: 5 }, 'no text in "pem"'],
    [{ paht: "a.pem" }, '"paht"'],
    ["app.pem", "options object"],
  ])("is refused as %j", async (options, problem) => {
    const error = await refusal(() => open(options as never));
    expect(error).toMatchObject({ code: "invalid_options", message: expect.stringContaining(problem) });
  });
});

describe("what is beside the certificate in its file", () => {
  it("is used when it has been appended: a renewed certificate with the same key", async () => {
    const [old, renewed] = [await makeCertificate({ to: 20 }), await makeCertificate({ to: 400 })];
    writeFileSync(path, old.pem);
    const credential = open({ path });
    expect(await thumbprintOf(credential)).toBe(old.sha256);
    writeFileSync(path, old.pem + renewed.cert);
    expect(await thumbprintOf(credential)).toBe(renewed.sha256);
  });

  it("is used when the one in hand ends, though it wasn't valid at the start", async () => {
    const [old, early] = [await makeCertificate({ to: 20 }), await makeCertificate({ from: 15, to: 400 })];
    for (const options of [{ pem: old.key + early.cert + old.cert }, { path }]) {
      writeFileSync(path, old.key + early.cert + old.cert);
      const credential = open(options);
      expect(await thumbprintOf(credential)).toBe(old.sha256);
      clock.advance(21 * dayMs);
      expect(await thumbprintOf(credential)).toBe(early.sha256);
      clock = new ManualClock();
    }
  });
});

describe("a relative path", () => {
  const started = process.cwd();
  afterEach(() => process.chdir(started));

  it("is that of the start, wherever the process goes", async () => {
    writeFileSync(path, first.pem);
    process.chdir(folder);
    const credential = open({ path: "app.pem" });
    process.chdir(started);
    expect(await thumbprintOf(credential)).toBe(first.sha256);
    writeFileSync(path, second.pem);
    expect(await thumbprintOf(credential)).toBe(second.sha256);
    expect(lines).toEqual([]);
  });
});

describe("certificates that aren't text", () => {
  it.each<[string, () => CertificateOptions]>([
    ["pem as a Buffer", () => ({ pem: Buffer.from(first.pem) })],
    ["a key as bytes", () => ({ privateKey: new Uint8Array(Buffer.from(first.key)), x5c: first.cert })],
    ["x5c as a list", () => ({ privateKey: first.key, x5c: [first.cert] })],
  ])("are read: %s", async (_, options) => {
    expect(await thumbprintOf(open(options()))).toBe(first.sha256);
  });

  it.each<[string, object, RegExp]>([
    ["x5c as a Buffer", { privateKey: "k", x5c: Buffer.from("c") }, /"x5c"/],
    ["x5c as a list of anything", { privateKey: "k", x5c: [5] }, /"x5c"/],
    ["an empty Buffer", { pem: Buffer.alloc(0) }, /no text in "pem"/],
    ["a path as bytes", { path: Buffer.from("app.pem") }, /no text in "path"/],
    ["a KeyObject", { privateKey: rsaKey(), x5c: "c" }, /no text in "privateKey"/],
  ])("are refused by their name: %s", async (_, options, says) => {
    const error = await refusal(() => open(options as CertificateOptions));
    expect(error).toMatchObject({ code: "invalid_options", message: expect.stringMatching(says) });
  });
});
