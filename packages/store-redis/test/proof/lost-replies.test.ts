import { type MethodSpec, type PartName, STORE_METHODS, type Store } from "@miroir/store-contract";
import { createManualClock, SAMPLES } from "@miroir/store-contract/conformance";
import { Redis } from "ioredis";
import { afterAll, expect, it } from "vitest";
import { openRedisStore } from "../../src/index.ts";
import { createKeys } from "../../src/keys.ts";
import { type Loss, startProxy } from "../support/proxy.ts";
import { dropPrefix, startServer, testPrefix } from "../support/redis.ts";

const isDeep = process.env.MIROIR_TEST_DEEP !== undefined;
/** How many methods a fault is tried on, from one that the seed says; each is tried with the first fault. */
const SOME = isDeep ? Number.POSITIVE_INFINITY : 12;
const FEW = isDeep ? Number.POSITIVE_INFINITY : 4;
const SEED = Number(process.env.MIROIR_TEST_SEED ?? Math.floor(Math.random() * 1000));
/** Long enough for a busy machine: no call that succeeds waits for it. */
const PATIENT_MS = 20_000;
const IMPATIENT_MS = 1_000;
/** Rows of 5 ms that a sample made have passed after this. */
const SETTLED_MS = 10;

const server = await startServer(["--appendonly", "no"]);
const proxy = await startProxy(server.port);
const redis = new Redis(server.url, { protocol: 2 });
const clock = createManualClock();
const startedAt = clock.now();

afterAll(async () => {
  redis.disconnect();
  await proxy.close();
  await server.stop();
});

interface Write {
  readonly name: string;
  /** Makes what the call needs. @returns its arguments. */
  readonly given: (store: Store) => Promise<unknown[]>;
  readonly call: (store: Store, args: readonly unknown[]) => Promise<unknown>;
}

type Call = (...args: readonly unknown[]) => Promise<unknown>;

/** Every write of the contract: a method that is added is here at once. */
const WRITES: readonly Write[] = (Object.keys(STORE_METHODS) as PartName[]).flatMap((part) =>
  Object.entries<MethodSpec>(STORE_METHODS[part])
    .filter(([, { kind }]) => kind === "write")
    .map(([method]) => ({
      name: `${part}.${method}`,
      given: async (store) => {
        const samples = SAMPLES[part] as unknown as Record<string, (of: Store) => Promise<unknown[]> | unknown[]>;
        const args = await samples[method]?.(store);
        if (args === undefined) throw new Error(`no sample of ${part}.${method}`);
        return args;
      },
      call: (store, args) => {
        const methods = store[part] as unknown as Record<string, Call>;
        return methods[method]?.(...args) ?? Promise.reject(new Error(`no ${part}.${method}`));
      },
    })),
);
const SWEEP: Write = {
  name: "sweep",
  given: async (store) => {
    await store.gateways.heartbeat("gateway", "address", 5);
    return [100];
  },
  call: (store, [limit]) => store.sweep(Number(limit)),
};

/** What is random: ids and tokens. */
const withoutIds = (text: string): string =>
  text.replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|[0-9a-f]{32,}/g, "<id>");

/** Everything under a prefix but the kept answers. */
async function dump(prefix: string): Promise<string[]> {
  const { head } = createKeys(prefix, 0);
  const keys = (await redis.keys(`${head}*`)).filter((key) => !/:_(replies|schema)/.test(key));
  const rows = await Promise.all(
    keys.map(async (key) => {
      const isHash = (await redis.type(key)) === "hash";
      const held = isHash
        ? Object.entries(await redis.hgetall(key)).sort(([a], [b]) => (a < b ? -1 : 1))
        : await redis.call("ZRANGE", key, 0, -1, "WITHSCORES");
      return withoutIds(`${key.slice(head.length)} ${JSON.stringify(held)}`);
    }),
  );
  return rows.sort();
}

interface Left {
  readonly answer: string;
  readonly rows: readonly string[];
}

const openWith = (url: string, prefix: string, commandTimeoutMs: number) =>
  openRedisStore({ url, prefix, clock, commandTimeoutMs });

/** Makes a call under a prefix of its own. `around` is given the call, and its store, and makes it. @returns the answer, and what is left. */
async function run(
  { given, call }: Write,
  around: (made: () => Promise<unknown>, store: Store) => Promise<unknown>,
  commandTimeoutMs = PATIENT_MS,
): Promise<Left> {
  const prefix = testPrefix();
  clock.set(startedAt);
  const plain = await openWith(server.url, prefix, PATIENT_MS);
  const store = await openWith(proxy.url, prefix, commandTimeoutMs);
  try {
    const args = await given(plain);
    clock.advance(SETTLED_MS);
    const answer = await around(() => call(store, args), store);
    return { answer: withoutIds(JSON.stringify(answer) ?? "nothing"), rows: await dump(prefix) };
  } finally {
    await Promise.all([plain.close(), store.close()]);
    await dropPrefix(redis, prefix);
  }
}

const known = new Map<string, Promise<Left>>();
function undisturbed(write: Write): Promise<Left> {
  const left = known.get(write.name) ?? run(write, (made) => made());
  known.set(write.name, left);
  return left;
}

const first = SEED % WRITES.length;
const chosen = (count: number): Write[] => [...WRITES.slice(first), ...WRITES.slice(0, first)].slice(0, count);

it.for<[Loss, number, number]>([
  ["ended", 1, WRITES.length],
  ["ended", 2, SOME],
  ["unsent", 1, SOME],
  ["halved", 1, SOME],
  ["reset", 1, SOME],
])(
  "every write answers, and leaves, what it does undisturbed when its answer is lost: %s, %i times",
  { timeout: 600_000 },
  async ([how, times, count], { task }) => {
    const writes = [...chosen(count), SWEEP];
    for (const write of writes) {
      const expected = await undisturbed(write);
      const left = await run(write, async (made) => {
        const lost = proxy.loseReplies(times, () => true, how);
        const answer = await made();
        await lost;
        return answer;
      });
      expect(left, `${write.name}, seed ${SEED}`).toEqual(expected);
    }
    task.meta.figures = { methods: writes.length, lost: writes.length * times };
  },
);

it("a write whose connection is half-open is unavailable in time and done once, and the store heals by itself", {
  timeout: 600_000,
}, async ({ task }) => {
  const writes = chosen(FEW);
  for (const write of writes) {
    const where = `${write.name}, seed ${SEED}`;
    const expected = await undisturbed(write);
    const left = await run(
      write,
      async (made, store) => {
        const lost = proxy.loseReplies(1, () => true, "half-open");
        await expect(made(), where).rejects.toMatchObject({ code: "unavailable", retryable: true });
        await lost;
        const isWell = () =>
          store.health().then(
            () => true,
            () => false,
          );
        await expect.poll(isWell, { message: where, timeout: 60_000 }).toBe(true);
      },
      IMPATIENT_MS,
    );
    expect(left.rows, where).toEqual(expected.rows);
  }
  task.meta.figures = { methods: writes.length };
});
