// One measurement in a fresh process: `node child.mjs <task>` prints one line of JSON.
import "./route.mjs";
import { writeSync } from "node:fs";

const task = JSON.parse(process.argv[2]);
const now = () => performance.timeOrigin + performance.now();
const megabytes = (bytes) => bytes / 2 ** 20;
const app = {
  tenantId: "0f2a1c34-5b6d-4e7f-8a90-1b2c3d4e5f60",
  clientId: "7d3c9a11-22b4-4c55-9e66-778899aabbcc",
  clientSecret: "bench-secret-of-the-usual-forty-characters",
};

const importing = performance.now();
const folder = task.bundled ? "./node_modules/.bundled" : "./contestants";
const { connect } = await import(`${folder}/${task.contestant}.mjs`);
const importMs = performance.now() - importing;
const contestant = connect(app);
const call = contestant.token ?? contestant.request;

/** Lists everyone, and makes sure of it. */
async function listAll(onUser = () => undefined) {
  let users = 0;
  await contestant.list({
    pageSize: task.pageSize,
    onUser(user) {
      users += user.id ? 1 : 0;
      return onUser(users);
    },
  });
  if (users !== task.users) throw new Error(`Listed ${users} of ${task.users} users`);
}

const measures = {
  /** In a process that has listed once before, as a daemon has. */
  async listing() {
    await listAll();
    const started = performance.now();
    const cpu = process.cpuUsage();
    await listAll();
    const { user, system } = process.cpuUsage(cpu);
    return { seconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6 };
  },

  /** With a tracer and without, in turn; the best of each, since what disturbs only adds. */
  async traced() {
    const begin = await contestant.tracing();
    const best = { without: Number.POSITIVE_INFINITY, with: Number.POSITIVE_INFINITY };
    await listAll();
    for (let turn = 0; turn < 2 * task.turns; turn++) {
      const way = turn % 2 === 0 ? "without" : "with";
      const end = way === "with" ? begin() : undefined;
      const started = performance.now();
      await listAll();
      best[way] = Math.min(best[way], performance.now() - started);
      end?.();
    }
    return { overPercent: 100 * (best.with / best.without - 1) };
  },

  /** The consumer is busy for as long as the server needs for a page. */
  async slow() {
    await contestant.token?.();
    const started = performance.now();
    await listAll((users) =>
      users % task.pageSize === 0 ? new Promise((resolve) => setTimeout(resolve, task.busyMs)) : undefined,
    );
    return { seconds: (performance.now() - started) / 1000 };
  },

  async once() {
    const started = performance.now();
    await listAll();
    return { seconds: (performance.now() - started) / 1000, peakMB: process.resourceUsage().maxRSS / 1024 };
  },

  /** What stays in use, a tenth of the way in and nearly at the end. */
  async heap() {
    const marks = [task.users / 10, (task.users * 9) / 10];
    const used = [];
    await listAll((users) => {
      if (!marks.includes(users)) return;
      globalThis.gc();
      used.push(megabytes(process.memoryUsage().heapUsed));
    });
    return { grownMB: used[1] - used[0] };
  },

  async token() {
    let calls = 0;
    for (let warm = 0; warm < 2_000; warm++) await call();
    const started = performance.now();
    while (performance.now() - started < task.forMs) {
      for (let i = 0; i < 100; i++) await call();
      calls += 100;
    }
    return { microseconds: ((performance.now() - started) * 1000) / calls };
  },

  async cold() {
    await Promise.all(Array.from({ length: task.callers }, call));
    return {};
  },

  /** The longest anybody waits for a token while it is being renewed. */
  async refresh() {
    await call();
    const started = performance.now();
    let longest = 0;
    while (performance.now() - started < task.forMs) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const asked = performance.now();
      await call();
      longest = Math.max(longest, performance.now() - asked);
    }
    return { milliseconds: longest };
  },

  /** From the process's start to the first user in hand. */
  first() {
    return new Promise((resolve, reject) => {
      const { pageSize } = task;
      const onUser = () => resolve({ importMs, firstMs: now() - task.spawnedAt }) ?? new Promise(() => {});
      contestant.list({ pageSize, onUser }).catch(reject);
    });
  },
};

writeSync(1, `${JSON.stringify(await measures[task.measure]())}\n`);
process.exit();
