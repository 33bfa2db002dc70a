import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../../src/testing/index.js";
import { type GraphCaller, graphCaller } from "../graph-caller.js";

let emulator: Emulator;
let graph: GraphCaller;
let photos: { id: string; status: number; code: string | undefined; edge: number | undefined }[];
beforeAll(async () => {
  emulator = await startEmulator({ users: 150, roles: ["User.Read.All", "Group.Read.All"] });
  graph = graphCaller(emulator);
  const { value } = (await graph.get("/users?$top=150&$select=id")).json;
  photos = await Promise.all(
    value.map(async ({ id }) => {
      const { status, json } = await graph.get(`/users/${id}/photo`);
      const { width } = json as object as { width?: number };
      return { id: String(id), status, code: json.error?.code, edge: width };
    }),
  );
});
afterAll(() => emulator.stop());

/** Edges as the frame header of a JPEG tells them; the picture must begin and end as one. */
async function edgesOf(path: string): Promise<number[]> {
  const { bytes } = await graph.get(path);
  expect([bytes.readUInt16BE(0), bytes.readUInt16BE(bytes.length - 2)]).toEqual([0xffd8, 0xffd9]);
  const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
  return [bytes.readUInt16BE(frame + 5), bytes.readUInt16BE(frame + 7)];
}

describe("photos of users", () => {
  it("are there for most, and missing in every way that was recorded", () => {
    expect(photos.filter(({ edge }) => (edge ?? 0) > 1).length).toBeGreaterThan(50);
    const codes = new Set(photos.filter(({ status }) => status === 404).map(({ code }) => code));
    expect(codes).toEqual(
      new Set(["ImageNotFound", "ErrorEntityNotFound", "ErrorNonExistentMailbox", "MailboxNotHostedInExchangeOnline"]),
    );
  });

  it("come in every size up to that of the one stored, as JPEG of that size", async () => {
    const { id, edge } = photos.find(({ edge = 0 }) => edge >= 240)!;
    expect(await edgesOf(`/users/${id}/photo/$value`)).toEqual([edge, edge]);
    const { value } = (await graph.get(`/users/${id}/photos`)).json;
    expect(value.map(({ width }) => width)).toEqual(
      [48, 64, 96, 120, 240, 360, 432, 504, 648].filter((w) => w <= edge!),
    );
    for (const { id: size, width } of value) {
      expect(await edgesOf(`/users/${id}/photos/${size}/$value`)).toEqual([width, width]);
      expect((await graph.get(`/users/${id}/Photos('${size}')`)).json).toMatchObject({
        id: size,
        width,
        height: width,
      });
    }
    expect((await graph.get(`/users/${id}/photo`)).json).toMatchObject({
      "@odata.mediaContentType": "image/jpeg",
      "@odata.mediaEtag": expect.stringMatching(/^"[0-9A-F]{8}"$/),
      id: `${edge}x${edge}`,
    });
  });

  it.each(["1x1", "47x47", "240x120", "big", "0x0", "toString"])("aren't there in the size %s", async (size) => {
    const { id } = photos.find(({ edge = 0 }) => edge > 1)!;
    expect((await graph.get(`/users/${id}/photos/${size}/$value`)).status).toBe(404);
  });

  it("may be a placeholder of one pixel, which can't be had", async () => {
    const { id } = photos.find(({ edge }) => edge === 1)!;
    expect((await graph.get(`/users/${id}/photo`)).json).toMatchObject({
      "@odata.mediaContentType": "image/gif",
      id: "1x1",
    });
    expect((await graph.get(`/users/${id}/photo/$value`)).status).toBe(404);
  });

  it("are the same every time, and another user's is another", async () => {
    const [one, two] = photos.filter(({ edge = 0 }) => edge >= 240);
    const bytes = async (id: string) => (await graph.get(`/users/${id}/photos/48x48/$value`)).bytes.toString("hex");
    expect(await bytes(one!.id)).toBe(await bytes(one!.id));
    expect(await bytes(one!.id)).not.toBe(await bytes(two!.id));
  });

  it("come through a batch in base64", async () => {
    const { id } = photos.find(({ edge = 0 }) => edge > 1)!;
    const requests = [{ id: "1", method: "GET", url: `/users/${id}/photos/48x48/$value` }];
    const { json } = await graph.post("/$batch", { requests });
    const [response] = (json as object as { responses: { headers: object; body: string }[] }).responses;
    expect(response?.headers).toMatchObject({ "Content-Type": "image/jpeg" });
    expect(Buffer.from(response!.body, "base64").readUInt16BE(0)).toBe(0xffd8);
  });

  it("are missing of groups, and of nobody at all", async () => {
    const { value } = (await graph.get("/groups?$top=1&$select=id")).json;
    expect((await graph.get(`/groups/${value[0]?.id}/photo/$value`)).json.error?.code).toBe("ImageNotFound");
    expect((await graph.get("/users/no@body.example/photo/$value")).json.error?.code).toBe("Request_ResourceNotFound");
  });
});
