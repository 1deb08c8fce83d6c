import { openRedisStore } from "@miroir/store-redis";
import { atMost, type Measurement, measure, report } from "../goals.ts";
import { createRedisBed, type RedisBed } from "../redis.ts";
import { byHand, HAND_NOTE, NEW_TASK } from "./redis-by-hand.ts";

const CALLERS = 64;
const atOnce = (call: () => Promise<unknown>): Promise<unknown> =>
  Promise.all(Array.from({ length: CALLERS }, () => call()));

/** Measures the Redis store against pipelines written by hand, and prints it with its goals, or as one JSON array. */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const bed = await createRedisBed();
  try {
    const measurements = [...(await writes(bed)), await gets(bed), await listSizes(bed)];
    if (!json) console.log(HAND_NOTE);
    report(measurements, { json });
  } finally {
    await bed.close();
  }
}

async function writes(bed: RedisBed): Promise<Measurement[]> {
  const store = await openRedisStore({ url: bed.url, prefix: bed.prefix() });
  const hand = byHand(bed.connect(), bed.prefix());
  const told = byHand(bed.connect(), bed.prefix());
  const bare = byHand(bed.connect(), bed.prefix());
  const digests = Array.from({ length: 1000 }, (_, i) => Buffer.alloc(32, String(i)));
  let i = 0;
  const digest = (): Buffer => digests[i++ % digests.length] as Buffer;
  const put = () => store.tenantMap.put({ apiKeyHash: digest(), tenantId: "tenant", groupId: null });
  const create = () => store.tasks.create(NEW_TASK);
  const channel = bed.prefix();
  await bed.connect().subscribe(channel);
  const rows = {
    "pipeline of the same row, index and message": () => told.putTenant(digest(), channel),
    "pipeline of the same row and index": () => hand.putTenant(digest()),
    "HSET and two SADD": () => bare.setAndTwoSadd(),
    store: put,
  };
  const tasks = {
    "pipeline of the same row, indexes and counts": () => hand.createTask(),
    "HSET and two SADD": () => bare.setAndTwoSadd(),
    store: create,
  };
  const together = (variants: Record<string, () => Promise<unknown>>) =>
    Object.fromEntries(Object.entries(variants).map(([name, call]) => [name, () => atOnce(call)]));
  try {
    return [
      await measure("Redis: put of one row, one at a time", atMost(1.05), rows),
      await measure(`Redis: put of one row, ${CALLERS} callers at once`, atMost(0.8), together(rows)),
      await measure("Redis: a new task, one at a time", atMost(1.05), tasks),
      await measure(`Redis: a new task, ${CALLERS} callers at once`, atMost(0.8), together(tasks)),
    ];
  } finally {
    await store.close();
  }
}

async function gets(bed: RedisBed): Promise<Measurement> {
  const prefix = bed.prefix();
  const store = await openRedisStore({ url: bed.url, prefix });
  const hand = byHand(bed.connect(), prefix);
  try {
    await addTasks(store, 1000);
    let i = 0;
    return await measure("Redis: get of one task", atMost(1.05), {
      "HGETALL by hand, decoded": () => hand.getTask(i++ % 1000),
      store: () => store.tasks.get(i++ % 1000),
    });
  } finally {
    await store.close();
  }
}

async function listSizes(bed: RedisBed): Promise<Measurement> {
  const sizes = [1_000, 100_000];
  const stores = await Promise.all(sizes.map(() => openRedisStore({ url: bed.url, prefix: bed.prefix() })));
  try {
    const variants: [string, () => Promise<unknown>][] = [];
    for (const [i, store] of stores.entries()) {
      const size = sizes[i] ?? 0;
      await addTasks(store, size);
      variants.push([`among ${size}`, () => store.tasks.list({ statuses: ["succeeded", "failed"] }, { limit: 100 })]);
    }
    return await measure("Redis: list of 100 tasks of two statuses", atMost(1.3), Object.fromEntries(variants));
  } finally {
    for (const store of stores) await store.close();
  }
}

type RedisStore = Awaited<ReturnType<typeof openRedisStore>>;

async function addTasks({ tasks }: RedisStore, count: number): Promise<void> {
  const atATime = 500;
  for (let added = 0; added < count; added += atATime) {
    await Promise.all(
      Array.from({ length: atATime }, (_, i) => tasks.create({ ...NEW_TASK, indexUid: `index-${i % 10}` })),
    );
  }
}
