import { createHmac } from "node:crypto";
import { MeilisearchError } from "@miroir/meilisearch";
import type { ApiKeyRow } from "@miroir/schema";
import { type Clock, type Store, type ApiKeys as StoredKeys, systemClock } from "@miroir/store-contract";
import { isUnavailable } from "../outage/is-unavailable.ts";
import { keyDigest } from "./secrets.ts";

/** The API keys by uid and by value, kept in memory: a search must not cost a read of the store. */
export interface ApiKeys extends Pick<StoredKeys, "create" | "describe" | "delete"> {
  /** The value of the key with that uid, as every gateway with the same master key derives it. @throws MeilisearchError missing_master_key */
  keyValue(uid: string): string;
  /** The key with that value, expired ones too. */
  withValue(value: string): Promise<ApiKeyRow | null>;
  /** The key with that uid, expired ones too. */
  withUid(uid: string): Promise<ApiKeyRow | null>;
  /** Newest first. */
  list(): Promise<readonly ApiKeyRow[]>;
  /** Stops listening to the store. */
  close(): void;
}

interface Known {
  readonly newestFirst: readonly ApiKeyRow[];
  readonly byUid: ReadonlyMap<string, ApiKeyRow>;
  readonly byValue: ReadonlyMap<string, ApiKeyRow>;
  readonly readAt: number;
  /** When the read that gave it began, in steps. */
  readonly begun: number;
}

const PAGE = 1000;
/** Keys read longer ago are read again meanwhile: what announces changes may be lost. */
const REFRESH_MS = 60_000;
/**
 * The longest that a key deleted through another gateway works here while the store is away: without having read the keys for so long, this
 * gateway answers nobody who needs one.
 */
export const MAX_STALE_MS = 10 * 60_000;

/**
 * All keys are read at the start and again after any of them changed, here or in another gateway. Wrong keys do not reach the store: what is
 * not among those read does not exist. While the store is away the keys last read stand, but for those that are said to have changed
 * since; whether an unknown one exists cannot be told then.
 */
export function createApiKeys(
  store: Pick<Store, "apiKeys" | "watch">,
  masterKey: string | null,
  clock: Clock = systemClock,
): ApiKeys {
  const { apiKeys } = store;
  let step = 0;
  let changed = 0;
  let last: Known | null = null;
  let reading: Promise<Known> | null = null;
  /** Keys that changed, and when, in steps. */
  const doubtful = new Map<string, number>();

  function forget(uid?: string): void {
    changed = ++step;
    reading = null;
    if (uid !== undefined) doubtful.set(uid, step);
  }

  function keyValue(uid: string): string {
    if (masterKey === null) throw missingMasterKey();
    return createHmac("sha256", masterKey).update(uid).digest("hex");
  }

  async function readAll(begun: number): Promise<Known> {
    const readAt = clock.now();
    const newestFirst: ApiKeyRow[] = [];
    let cursor: string | undefined;
    do {
      const { items, next } = await apiKeys.list({ limit: PAGE, cursor });
      newestFirst.push(...items);
      cursor = next ?? undefined;
    } while (cursor !== undefined);
    const known = {
      ...{ newestFirst, readAt, begun },
      byUid: new Map(newestFirst.map((key) => [key.uid, key])),
      byValue: new Map(newestFirst.map((key) => [keyDigest(keyValue(key.uid)), key])),
    };
    if (last === null || last.begun < begun) last = known;
    for (const [uid, at] of doubtful) if (at < begun) doubtful.delete(uid);
    return known;
  }

  function read(): Promise<Known> {
    if (reading) return reading;
    const flight = readAll(++step);
    reading = flight;
    const end = () => {
      if (reading === flight) reading = null;
    };
    flight.then(end, end);
    return flight;
  }

  /** `failure` says why it may be outdated. */
  async function current(): Promise<{ readonly known: Known; readonly failure: unknown }> {
    const ageOf = (known: Known) => clock.now() - known.readAt;
    if (last !== null && last.begun > changed && ageOf(last) < MAX_STALE_MS) {
      if (ageOf(last) >= REFRESH_MS) read().catch(() => undefined);
      return { known: last, failure: null };
    }
    try {
      return { known: await read(), failure: null };
    } catch (failure) {
      if (last === null || !isUnavailable(failure) || ageOf(last) >= MAX_STALE_MS) throw failure;
      return { known: last, failure };
    }
  }

  async function find(pick: (known: Known) => ApiKeyRow | undefined): Promise<ApiKeyRow | null> {
    const { known, failure } = await current();
    const key = pick(known) ?? null;
    if (failure !== null && (key === null || doubtful.has(key.uid))) throw failure;
    return key;
  }

  /** Without waiting for the store to announce it: the next request may follow at once. Failed too: only its answer may be lost. */
  async function changing<T>(uid: string, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } finally {
      forget(uid);
    }
  }

  /** So that keys this gateway has never met are known while the store is away. */
  const learnAll = () => void (masterKey !== null && read().catch(() => undefined));

  const stop = store.watch((change) => {
    if (change.kind === "resync") {
      forget();
      learnAll();
    } else if (change.table === "api_keys") forget(change.key[0]);
  });
  learnAll();

  return {
    keyValue,
    withValue: (value) => find(({ byValue }) => byValue.get(keyDigest(value))),
    withUid: (uid) => find(({ byUid }) => byUid.get(uid)),
    async list() {
      const { known, failure } = await current();
      if (failure !== null && doubtful.size > 0) throw failure;
      return known.newestFirst;
    },
    create: (key) => changing(key.uid, apiKeys.create(key)),
    describe: (uid, name, description) => changing(uid, apiKeys.describe(uid, name, description)),
    delete: (uid) => changing(uid, apiKeys.delete(uid)),
    close: stop,
  };
}

export function missingMasterKey(): MeilisearchError {
  return new MeilisearchError(
    "missing_master_key",
    "Meilisearch is running without a master key. To access this API endpoint, you must have set a master key at launch.",
  );
}
