import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { curlLine, curlOf } from "../../../src/testing/console/calls/curl.js";
import { blankDraft, faultOf } from "../../../src/testing/console/faults/draft.js";
import { eventReader, type StreamEvent } from "../../../src/testing/console/live/event-stream.js";

/** The words as a shell takes them. */
const words = (line: string) =>
  execFileSync("sh", ["-c", `printf '%s\\n' ${line.replace(/^curl/, "")}`], { encoding: "utf8" })
    .split("\n")
    .slice(0, -1);

describe("a call as a curl line", () => {
  it("is taken by a shell as it was meant, whatever stands in it", () => {
    const body = { name: 'O\'Brien "& Sons" $HOME `id` ✓' };
    const line = curlOf({ method: "PATCH", path: "api/users/a%20b", body }, "http://127.0.0.1:8443/_emulator/");
    expect(words(line)).toEqual([
      "-X",
      "PATCH",
      "http://127.0.0.1:8443/_emulator/api/users/a%20b",
      "-H",
      "content-type: application/json",
      "--data-binary",
      JSON.stringify(body),
    ]);
  });

  it("names a token by a variable, and holds no other header than is given", () => {
    expect(curlLine({ method: "GET", url: "http://h/a?b=1&c", bearer: "TOKEN", headers: { a: undefined } })).toBe(
      "curl 'http://h/a?b=1&c' -H \"Authorization: Bearer $TOKEN\"",
    );
    expect(curlOf({ method: "DELETE", path: "api/clock" }, "http://h/")).toBe("curl -X DELETE http://h/api/clock");
  });
});

describe("a stream of events", () => {
  const text =
    'retry: 1\n: a remark\nevent: state\ndata: {"changed":[]}\n\nid: 7\nevent: request\r\ndata: {"n":\ndata: 7}\n\ndata: x\n\n';
  const told: StreamEvent[] = [
    { type: "state", id: "", data: '{"changed":[]}' },
    { type: "request", id: "7", data: '{"n":\n7}' },
    { type: "message", id: "7", data: "x" },
  ];

  it.each([1, 2, 7, 1000])("is told apart when it comes in pieces of %i letters", (size) => {
    const events: StreamEvent[] = [];
    const read = eventReader((event) => events.push(event));
    for (let at = 0; at < text.length; at += size) read(text.slice(at, at + size));
    expect(events).toEqual(told);
  });
});

describe("a form's fault", () => {
  it.each([
    [{}, { status: 429, retryAfter: 3 }],
    [
      { service: "entra", effect: "aadsts", times: "2" },
      { service: "entra", aadsts: 7000222, times: 2 },
    ],
    [
      { path: "/groups", effect: "body", status: "200", body: '{"value":[]}' },
      { path: "/groups", status: 200, body: { value: [] } },
    ],
    [{ effect: "body", status: "", body: "no JSON" }, { body: "no JSON" }],
    [
      { effect: "hang", chance: "0.5" },
      { hang: true, chance: 0.5 },
    ],
  ])("%j is sent as %j", (draft, fault) => {
    expect(faultOf({ ...blankDraft, ...draft })).toEqual(fault);
  });
});
