import { loadConfig } from "@miroir/config";
import { openStore, type StoreSettings } from "@miroir/store";
import type { Store } from "@miroir/store-contract";
import { createManualClock, type ManualClock } from "@miroir/store-contract/conformance";
import { createFaultyStore, type FaultyStore } from "@miroir/store-contract/faults";
import type { FastifyInstance, InjectOptions } from "fastify";
import pino from "pino";
import { createApiKeys } from "../../../src/access/api-keys.ts";
import { createAuthenticate } from "../../../src/access/authenticate.ts";
import { registerAdmin } from "../../../src/routes/admin.ts";
import { createServer } from "../../../src/server/server.ts";

export const ADMIN_KEY = "adminKeyadminKey";

type Answer = Awaited<ReturnType<FastifyInstance["inject"]>>;

export interface AdminApp {
  readonly app: FastifyInstance;
  readonly store: Store;
  /** What the store can be told to do wrong. */
  readonly faults: FaultyStore;
  readonly clock: ManualClock;
  /** Signs in from an address. */
  login(key: string, remoteAddress?: string, headers?: Record<string, string>): Promise<Answer>;
  ask(method: NonNullable<InjectOptions["method"]>, url: string, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

export interface AdminAppOptions {
  readonly store: StoreSettings;
  /** Settings as `path=value`. */
  readonly settings?: readonly string[];
  readonly clock?: ManualClock;
}

/** The sign-in of a gateway over a store whose clock is moved by hand, with one more admin route of each kind. */
export async function startAdminApp({
  store: given,
  settings = [`admin.api_key=${ADMIN_KEY}`],
  clock = createManualClock(),
}: AdminAppOptions): Promise<AdminApp> {
  const { config } = await loadConfig({
    env: {},
    flags: settings.map((assignment) => ({ from: "test", assignment })),
  });
  const faults = createFaultyStore(await openStore({ ...given, clock }));
  const { store } = faults;
  const apiKeys = createApiKeys(store, config.masterKey);
  const app = createServer(config, pino({ level: "silent" }), createAuthenticate({ config, apiKeys, clock, store }));
  registerAdmin(app, { config, store, clock });
  for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
    app.route({ method, url: "/_miroir/thing", config: { action: "admin" }, handler: async () => ({}) });
  }
  await app.ready();
  return {
    app,
    store,
    faults,
    clock,
    login: (key, remoteAddress = "192.0.2.1", headers = {}) =>
      app.inject({ method: "POST", url: "/_miroir/admin/login", payload: { key }, remoteAddress, headers }),
    ask: (method, url, headers = {}) => app.inject({ method, url, headers }),
    async close() {
      await app.close();
      apiKeys.close();
      await store.close();
    },
  };
}

/** What a browser sends after signing in. */
export function browserOf(login: Answer): { readonly cookie: string; readonly csrf: Record<string, string> } {
  const cookie = String(login.headers["set-cookie"]).split(";", 1)[0] ?? "";
  return { cookie, csrf: { cookie, "x-miroir-csrf-token": login.json().csrfToken } };
}
