import { createHmac } from "node:crypto";
import { MeilisearchError } from "@miroir/meilisearch";
import type { ApiKeyRow } from "@miroir/schema";
import type { Store, ApiKeys as StoredKeys } from "@miroir/store-contract";
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
}

const PAGE = 1000;

/**
 * All keys are read at the first use and again after any of them changed, here or in another gateway. Wrong keys never reach
 * the store: what is not among those read does not exist.
 */
export function createApiKeys(store: Pick<Store, "apiKeys" | "watch">, masterKey: string | null): ApiKeys {
  const { apiKeys } = store;
  let known: Promise<Known> | null = null;
  const forget = () => {
    known = null;
  };
  const stop = store.watch((change) => {
    if (change.kind === "resync" || change.table === "api_keys") forget();
  });

  function keyValue(uid: string): string {
    if (masterKey === null) throw missingMasterKey();
    return createHmac("sha256", masterKey).update(uid).digest("hex");
  }

  async function read(): Promise<Known> {
    const newestFirst: ApiKeyRow[] = [];
    let cursor: string | undefined;
    do {
      const { items, next } = await apiKeys.list({ limit: PAGE, cursor });
      newestFirst.push(...items);
      cursor = next ?? undefined;
    } while (cursor !== undefined);
    return {
      newestFirst,
      byUid: new Map(newestFirst.map((key) => [key.uid, key])),
      byValue: new Map(newestFirst.map((key) => [keyDigest(keyValue(key.uid)), key])),
    };
  }

  function current(): Promise<Known> {
    if (known) return known;
    const reading = read();
    known = reading;
    reading.catch(() => {
      if (known === reading) forget();
    });
    return reading;
  }

  /** Without waiting for the store to announce it: the next request may follow at once. */
  async function changing<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } finally {
      forget();
    }
  }

  return {
    keyValue,
    withValue: async (value) => (await current()).byValue.get(keyDigest(value)) ?? null,
    withUid: async (uid) => (await current()).byUid.get(uid) ?? null,
    list: async () => (await current()).newestFirst,
    create: (key) => changing(apiKeys.create(key)),
    describe: (uid, name, description) => changing(apiKeys.describe(uid, name, description)),
    delete: (uid) => changing(apiKeys.delete(uid)),
    close: stop,
  };
}

export function missingMasterKey(): MeilisearchError {
  return new MeilisearchError(
    "missing_master_key",
    "Meilisearch is running without a master key. To access this API endpoint, you must have set a master key at launch.",
  );
}
