import type { Store } from "@miroir/store-contract";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { openRedisStore } from "../src/index.ts";
import { createKeys } from "../src/keys.ts";
import { SCRIPTS } from "../src/scripts.ts";
import { startProxy } from "./support/proxy.ts";
import { dropPrefix, startServer, testPrefix } from "./support/redis.ts";

const server = await startServer();
const proxy = await startProxy(server.port);
const redis = new Redis(server.url, { protocol: 2 });

let prefix = "";
let store: Store;

beforeEach(async () => {
  prefix = testPrefix();
  store = await openRedisStore({ url: proxy.url, prefix, commandTimeoutMs: 5000 });
});
afterEach(async () => {
  await store.close();
  await dropPrefix(redis, prefix);
});
afterAll(async () => {
  redis.disconnect();
  await proxy.close();
  await server.stop();
});

const NEW_TASK = { indexUid: "movies", type: "indexCreation", nodeTasks: {} };
const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const create = (name: string, fence?: { scope: string; epoch: number }) =>
  store.aliases.create(name, { kind: "single", currentUid: "i" }, fence && { fence });

/** How often the server has run scripts. */
async function runs(): Promise<number> {
  const stats = await redis.info("commandstats");
  const calls = (command: string) => Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  return calls("eval") + calls("evalsha") - Number(/cmdstat_evalsha:.*failed_calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

describe("calls of one turn", () => {
  it("share a run, and have each its own answer", async () => {
    await store.tasks.create(NEW_TASK);
    const before = await runs();
    const tasks = await Promise.all(many(100, (i) => store.tasks.create({ ...NEW_TASK, indexUid: `i${i}` })));
    expect((await runs()) - before).toBe(2);
    expect(tasks.map(({ uid, indexUid }) => [uid, indexUid])).toEqual(many(100, (i) => [i + 1, `i${i}`]));
  });

  it("fail alone", async () => {
    await create("there");
    await create("corrupt");
    await redis.hset(createKeys(prefix, 0).row("aliases", "corrupt"), "version", "x");
    await redis.set(createKeys(prefix, 0).row("aliases", "string"), "x");
    const flip = (name: string) => store.aliases.flip(name, { kind: "single", currentUid: "j" }, 1, 5);
    const outcomes = await Promise.allSettled(["none", "corrupt", "there", "string"].map(flip));
    const said = outcomes.map((o) => (o.status === "fulfilled" ? o.value.version : [o.reason.code, o.reason.message]));
    expect(said).toEqual([
      ["not_found", 'aliases ["none"]: no such alias'],
      ["corrupt_row", 'aliases ["corrupt"]: version cannot be read'],
      2,
      ["corrupt_row", 'aliases ["string"]: a key holds another type'],
    ]);
  });

  it("are fenced each by its own lease", async () => {
    const { epoch } = (await store.leaderLease.acquire("s", "h", 10_000)).lease;
    const outcomes = await Promise.allSettled([
      create("a"),
      create("b", { scope: "s", epoch }),
      create("c", { scope: "s", epoch: epoch + 1 }),
      create("d", { scope: "other", epoch }),
      create("e"),
    ]);
    expect(outcomes.map(({ status }) => status === "fulfilled")).toEqual([true, true, false, false, true]);
    expect((await store.aliases.list({})).items.map(({ name }) => name)).toEqual(["a", "b", "e"]);
  });

  it("reach the server in their order, those of other scripts and reads among them", async () => {
    const [, first, , second, , third] = await Promise.all([
      create("a"),
      store.aliases.get("a"),
      store.aliases.delete("a", null),
      store.aliases.get("a"),
      create("a"),
      store.aliases.list({}),
    ]);
    expect([first?.name, second, third.items.length]).toEqual(["a", null, 1]);
  });

  it("are not run again when their answer was lost", async () => {
    await store.tasks.create(NEW_TASK);
    const sha = String(await redis.script("LOAD", SCRIPTS.get("create-task")?.lua ?? ""));
    const lost = proxy.loseReplies(2, (request) => request.includes(sha));
    const tasks = await Promise.all(many(10, () => store.tasks.create(NEW_TASK)));
    await lost;
    expect(tasks.map(({ uid }) => uid)).toEqual(many(10, (i) => i + 1));
    expect((await store.tasks.list({}, {})).total).toBe(11);
  });
});
