import { afterEach, describe, expect, it } from "vitest";
import { type ReadDirectoryOptions, readDirectory } from "../../../src/directory/read-directory/read-directory.js";
import type { EmulatorOptions } from "../../../src/testing/index.js";
import { DirectoryTables, directoryRows } from "../../support/directory-tables.js";
import { type EmulatedTenant, emulatedClient } from "../../support/emulated-client.js";

let tenant: EmulatedTenant;
afterEach(() => tenant.emulator.stop());

const select = { users: { select: ["displayName"] }, groups: { select: ["displayName"] } } as const;

async function start(options: EmulatorOptions = {}) {
  tenant = await emulatedClient({ roles: ["Directory.Read.All", "Member.Read.Hidden"], seed: 1, ...options });
  return tenant.emulator;
}

/** One call, all of whose pages are stored. */
async function read(tables: DirectoryTables, options: ReadDirectoryOptions = {}) {
  tenant.emulator.requests.length = 0;
  const feed = readDirectory(tenant.client, { ...select, cursors: tables.cursors, ...options });
  const pages = [];
  for await (const page of feed) {
    tables.store(page);
    pages.push(page);
  }
  return { pages, asked: tenant.asked(), summary: feed.summary! };
}

describe("the whole directory", () => {
  it("comes complete, in streams of up to fifty groups, and a quiet round asks each of them once", async () => {
    const emulator = await start({ users: 400, groups: 130 });
    const tables = new DirectoryTables();
    const first = await read(tables);
    expect(tables.rows()).toEqual(directoryRows(emulator));
    expect([...tables.cursors.keys()].filter((stream) => stream.startsWith("members:"))).toHaveLength(3);
    const { users, groups, edges } = tables.rows();
    expect(first.summary).toMatchObject({ objects: users.length + groups.length, requests: first.asked.length });
    expect(first.summary.edges).toBeGreaterThanOrEqual(edges.length);
    expect(first.summary.requests).toBeLessThanOrEqual(2 * (2 + 1 + 5 + tables.cursors.size));

    const quiet = await read(tables);
    expect(quiet.pages.map(({ changes, done }) => [changes.length, done])).toEqual(Array(5).fill([0, true]));
    expect(quiet.pages.map(({ stream }) => stream).sort()).toEqual([...tables.cursors.keys()].sort());
    expect(quiet.asked).toHaveLength(5);
  });

  it("goes on from the cursors of each page, wherever the process was killed", async () => {
    const emulator = await start({ users: 120, groups: 60, deltaPageSize: 10, deltaRelatedSize: 30 });
    const tables = new DirectoryTables();
    let pages = 0;
    for (let call = 0; call < 15; call++) {
      for await (const page of readDirectory(tenant.client, { ...select, cursors: tables.cursors })) {
        tables.store(page);
        pages += 1;
        if (pages % 4 === 0) break;
      }
    }
    await read(tables);
    expect(pages).toBeGreaterThan(20);
    expect(tables.rows()).toEqual(directoryRows(emulator));
  });
});
