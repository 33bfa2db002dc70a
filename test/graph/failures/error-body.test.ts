import { describe, expect, it } from "vitest";
import { readErrorBody } from "../../../src/graph/failures/error-body.js";

const read = (body: unknown) => readErrorBody(typeof body === "string" ? body : JSON.stringify(body), new Headers());

describe("the words of an error", () => {
  it.each<[string, unknown, string | undefined, string | RegExp]>([
    ["Graph's form", { error: { code: "C", message: "Graph said." } }, "C", "Graph said."],
    ["{ value }", { value: "Cannot query rows in a table." }, undefined, "Cannot query rows in a table."],
    ["{ Message }", { Message: "An error has occurred." }, undefined, "An error has occurred."],
    ["odata.error", { "odata.error": { code: "C", message: { lang: "en", value: "Older kin." } } }, "C", "Older kin."],
    [
      "a message with its language",
      { error: { code: "C", message: { lang: "en-US", value: "Hello." } } },
      "C",
      "Hello.",
    ],
    ["capitals", { Error: { Code: "C", Message: "In capitals." } }, "C", "In capitals."],
    ["an inner error alone", { error: { code: "C", message: "", innerError: { message: "Inner." } } }, "C", "Inner."],
    ["OAuth", { error: "invalid_request", error_description: "Described." }, "invalid_request", "Described."],
    ["problem+json", { title: "Title", detail: "Detail." }, undefined, "Detail."],
    ["code and message without error", { code: "C", message: "Bare." }, "C", "Bare."],
    ["a JSON text", '"Just words."', undefined, "Just words."],
    ["JSON nobody knows", { errors: [{ reason: "unknown make" }] }, undefined, /unknown make/],
    ["a list", [{ oops: "listed" }], undefined, /listed/],
    ["XML", "<error><code>X</code><message>Marked up.</message></error>", undefined, /Marked up\./],
    ["text", "Down.", undefined, "Down."],
  ])("are found in %s", (_, body, code, message) => {
    const { code: readCode, message: said } = read(body);
    expect(readCode).toBe(code);
    if (typeof message === "string") expect(said).toBe(message);
    else expect(said).toMatch(message);
  });

  it.each([
    ["numbers in their place", { error: { code: 5, message: { value: 7 } } }],
    ["lists in their place", { error: [{ message: "x" }], message: ["y"] }],
    ["a proto in its place", '{"__proto__":{"message":"no"},"error":null}'],
  ])("aren't made up of %s", (_, body) => {
    const { code, message } = read(body);
    expect(code).toBeUndefined();
    expect(typeof message === "string" || message === undefined).toBe(true);
  });

  it("are bounded wherever they stand", () => {
    const long = "x".repeat(100_000);
    for (const body of [long, `<title>${long}`, { value: long }, { error: { code: long, message: long } }, [long]]) {
      const { code = "", message = "" } = read(body);
      expect(code.length + message.length).toBeLessThan(2_300);
    }
  });
});
