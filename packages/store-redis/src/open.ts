import { checkArguments, type Store, type StoreParts, SWEEP_METHOD } from "@miroir/store-contract";
import { createAdminSessions } from "./admin-sessions.ts";
import { createAliases } from "./aliases.ts";
import { createApiKeys } from "./api-keys.ts";
import { createCanaries } from "./canaries.ts";
import { createCanaryRuns } from "./canary-runs.ts";
import { createCdcCursors } from "./cdc-cursors.ts";
import { createCdcOverflow } from "./cdc-overflow.ts";
import { createCommands } from "./commands.ts";
import { type Connection, createConnection } from "./connection.ts";
import { type Context, createContext } from "./context.ts";
import { sweepAll } from "./deadlines.ts";
import { createDoor } from "./door.ts";
import { asStoreError, closedError, isTlsFailure } from "./errors.ts";
import { createGateways } from "./gateways.ts";
import { createIdempotencyCache } from "./idempotency-cache.ts";
import { createIndexes } from "./indexes.ts";
import { createJobs } from "./jobs.ts";
import { createKeys } from "./keys.ts";
import { createLeaderLeases } from "./leader-lease.ts";
import { createLoginBackoff } from "./login-backoff.ts";
import { migrate, readVersion } from "./migrate.ts";
import { createNodeSettingsVersions } from "./node-settings-version.ts";
import { type RedisAddress, type RedisStoreOptions, readOptions, type Settings } from "./options.ts";
import { isPrefixInUse } from "./prefix-in-use.ts";
import { createRateLimits } from "./rate-limits.ts";
import { createRawRows } from "./raw-rows.ts";
import { createRolloverPolicies } from "./rollover-policies.ts";
import { createScopedKeys } from "./scoped-keys.ts";
import { createSearchUiConfigs } from "./search-ui-config.ts";
import { checkServer, readWarnings } from "./server.ts";
import { createSessions } from "./sessions.ts";
import { readSizes } from "./sizes.ts";
import { createTasks } from "./tasks.ts";
import { createTenantMap } from "./tenant-map.ts";
import { tryTls } from "./tls.ts";
import { openWatch, type Watch } from "./watch.ts";
import { createWebhooks } from "./webhooks.ts";
import { createWriteHints } from "./write-hints.ts";

const createParts = (context: Context): StoreParts => ({
  tasks: createTasks(context),
  nodeSettingsVersion: createNodeSettingsVersions(context),
  aliases: createAliases(context),
  sessions: createSessions(context),
  idempotencyCache: createIdempotencyCache(context),
  jobs: createJobs(context),
  leaderLease: createLeaderLeases(context),
  canaries: createCanaries(context),
  canaryRuns: createCanaryRuns(context),
  cdcCursors: createCdcCursors(context),
  tenantMap: createTenantMap(context),
  rolloverPolicies: createRolloverPolicies(context),
  searchUiConfig: createSearchUiConfigs(context),
  adminSessions: createAdminSessions(context),
  indexes: createIndexes(context),
  apiKeys: createApiKeys(context),
  gateways: createGateways(context),
  rateLimits: createRateLimits(context),
  loginBackoff: createLoginBackoff(context),
  cdcOverflow: createCdcOverflow(context),
  scopedKeys: createScopedKeys(context),
  webhooks: createWebhooks(context),
  writeHints: createWriteHints(context),
  rows: createRawRows(context),
});

/** Where the first connection goes. */
function firstAddress({ topology }: Settings): RedisAddress | undefined {
  if (topology.kind === "server") return topology.address;
  return topology.kind === "cluster" ? topology.nodes[0] : topology.sentinels.addresses[0];
}

/** Why there is no connection, as far as can be found out. */
async function explained(error: unknown, settings: Settings): Promise<unknown> {
  const address = firstAddress(settings);
  if (settings.tls === undefined || address === undefined || isTlsFailure(error)) return error;
  const why = await tryTls(settings.tls, address.host, address.port, settings.connectTimeoutMs);
  return isTlsFailure(why) ? why : error;
}

/** Connects within the time that connecting may take. Later losses heal by themselves; a server that is not there now is an error. */
async function connect(connection: Connection, settings: Settings): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let cause: unknown;
  connection.on("error", (error) => {
    cause = error;
  });
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(cause ?? new Error("connect ETIMEDOUT")), settings.connectTimeoutMs);
  });
  try {
    await Promise.race([connection.connect(), timeout]);
  } catch (error) {
    throw await explained(cause ?? error, settings);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Opens the store that Redis or Valkey keeps under a prefix, making it where there is none.
 * @throws StoreError invalid_argument; unavailable when the server cannot be reached, refuses the user or is too old;
 * schema_newer; schema_foreign.
 */
export async function openRedisStore(options: RedisStoreOptions): Promise<Store> {
  const settings = readOptions(options);
  const keys = createKeys(settings.prefix, settings.db);
  const connection = createConnection(settings);
  const waiting = settings.durable === null ? null : createConnection(settings);
  const disconnect = () => {
    connection.disconnect();
    waiting?.disconnect();
  };
  let watch: Watch | null = null;
  try {
    await connect(connection, settings);
    if (waiting !== null) await connect(waiting, settings);
    const durable = waiting === null || settings.durable === null ? null : { connection: waiting, ...settings.durable };
    const commands = createCommands(connection, settings.commandTimeoutMs, durable);
    await checkServer(commands, settings);
    for (const warning of await readWarnings(commands)) options.onWarning?.(warning);
    await migrate(commands, keys, () => isPrefixInUse(connection, keys));
    watch = await openWatch(settings, keys, connection);
    const context = createContext(commands, keys, options.clock, options.onCorruptRow ?? (() => {}));
    return createStore(disconnect, context, watch, keys.replies(commands.handle), () => readVersion(commands, keys));
  } catch (error) {
    watch?.close();
    disconnect();
    throw asStoreError(error, { operation: "open" });
  }
}

function createStore(
  disconnect: () => void,
  context: Context,
  watch: Watch,
  replies: string,
  version: () => Promise<number | null>,
): Store {
  const door = createDoor();
  return {
    ...door.parts(createParts(context)),
    backend: "redis",
    schemaVersion: () => door.pass({ operation: "schemaVersion" }, async () => (await version()) ?? 0),
    // A write, since a server that only reads is not well: of a key that is never there.
    health: () =>
      door.pass(
        { operation: "health" },
        async () => void (await context.send({ table: "" }, "DEL", `${replies}:health`)),
      ),
    sizes: () => door.pass({ operation: "sizes" }, () => readSizes(context)),
    sweep: (limit) =>
      door.pass({ operation: "sweep" }, async () => {
        checkArguments("store", "sweep", SWEEP_METHOD, [limit]);
        return sweepAll(context, limit);
      }),
    watch(listener) {
      if (door.isClosed()) throw closedError({ operation: "watch" });
      return watch.add(listener);
    },
    async close() {
      if (!(await door.close())) return;
      watch.close();
      await context.send({ table: "" }, "DEL", replies).catch(() => {});
      disconnect();
    },
  };
}
