import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createClientCertificate, startEmulator } from "../../../src/testing/index.js";
import { byAssertion, requestToken, signAssertion } from "./token-request.js";

describe("createClientCertificate", () => {
  it("makes a certificate that Node verifies, with the key and thumbprints that belong to it", async () => {
    const { pem, certificate, privateKey, thumbprint, thumbprintSha256 } = await createClientCertificate({
      subject: "née",
    });
    const read = new X509Certificate(certificate);
    expect(read.subject).toBe("CN=née");
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.fingerprint.replaceAll(":", "")).toBe(thumbprint);
    expect(read.fingerprint256.replaceAll(":", "")).toBe(thumbprintSha256);
    expect(pem).toBe(privateKey + certificate);
  });

  it("is accepted by the embedded tenant until it expires", async () => {
    const { certificate, privateKey, thumbprintSha256 } = await createClientCertificate();
    await using emulator = await startEmulator({ users: 0 });
    emulator.app().addCertificate(certificate);
    const header = { "x5t#S256": Buffer.from(thumbprintSha256, "hex").toString("base64url") };
    const ask = async () =>
      requestToken(emulator, { form: byAssertion(await signAssertion(emulator, privateKey, { header })) });
    expect((await ask()).status).toBe(200);
    emulator.clock.advance(366 * 86_400_000);
    expect(await ask()).toMatchObject({ body: { error_codes: [700027] } });
  });

  it("takes its dates, also beyond 2050, where X.509 writes them differently", async () => {
    const [notBefore, notAfter] = [new Date("2020-01-02T03:04:05Z"), new Date("2051-01-02T03:04:05Z")];
    const read = new X509Certificate((await createClientCertificate({ notBefore, notAfter })).certificate);
    expect([new Date(read.validFrom), new Date(read.validTo)]).toEqual([notBefore, notAfter]);
  });
});
