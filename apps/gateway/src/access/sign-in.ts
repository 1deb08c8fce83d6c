import { createHash } from "node:crypto";
import type { Config } from "@miroir/config";
import { MeilisearchError } from "@miroir/meilisearch";
import { type Clock, type Store, StoreError } from "@miroir/store-contract";
import type { FastifyReply, FastifyRequest } from "fastify";
import { clientNetwork } from "../limits/client-network.ts";
import { adminKeyOf } from "./admin-key.ts";
import type { AdminSessions, OpenedSession } from "./admin-sessions.ts";
import { missingMasterKey } from "./api-keys.ts";
import { createKeyCheck } from "./secrets.ts";

/**
 * Opens a session for one who knows the admin key. Wrong ones make the next tries wait, per client network; as long as it waits, and
 * while the store that counts them is away, no key is looked at, right or wrong.
 *
 * @throws MeilisearchError missing_master_key where there is no key to sign in with; invalid_api_key; miroir_too_many_logins, with
 * `Retry-After` set on the reply. StoreError unavailable, within `STORE_DEADLINE_MS`.
 */
export type SignIn = (key: string, request: FastifyRequest, reply: FastifyReply) => Promise<OpenedSession>;

export interface SignInOptions {
  readonly config: Pick<Config, "masterKey" | "admin">;
  readonly store: Pick<Store, "loginBackoff">;
  readonly clock: Clock;
  readonly sessions: Pick<AdminSessions, "open">;
}

/** For all that one sign-in asks of the store. A session made later than that is known to nobody. */
const STORE_DEADLINE_MS = 900;
/** How many tries in a row are looked at before the first pause: as many as the store lets pass. */
const FREE_TRIES = 5;

export function createSignIn({ config, store: { loginBackoff }, clock, sessions }: SignInOptions): SignIn {
  const adminKey = adminKeyOf(config);
  const isAdminKey = adminKey === null ? null : createKeyCheck(adminKey);

  function refuse(reply: FastifyReply, untilAt: number): never {
    const wait = Math.max(1, Math.ceil((untilAt - clock.now()) / 1000));
    reply.header("retry-after", wait);
    throw new MeilisearchError(
      "miroir_too_many_logins",
      `Too many failures to sign in from this address. Try again in ${wait} s.`,
    );
  }

  async function signIn(
    key: string,
    isRight: (key: string) => boolean,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<OpenedSession> {
    const from = createHash("sha256").update(clientNetwork(request)).digest("hex");
    const before = await loginBackoff.check(from);
    if (before.blockedUntilAt !== null) return refuse(reply, before.blockedUntilAt);
    // Counted before the key is looked at: else many tries at once would all be looked at before the first of them was counted.
    const { failures, blockedUntilAt } = await loginBackoff.recordFailure(from);
    const isAlone = failures === before.failures + 1;
    if (failures > FREE_TRIES && !isAlone && blockedUntilAt !== null) return refuse(reply, blockedUntilAt);
    if (!isRight(key)) throw new MeilisearchError("invalid_api_key", "The provided API key is invalid.");
    const session = await sessions.open(request);
    await loginBackoff.reset(from);
    return session;
  }

  return async (key, request, reply) => {
    if (isAdminKey === null) throw missingMasterKey();
    return withDeadline(signIn(key, isAdminKey, request, reply));
  };
}

/** @throws StoreError unavailable when `work`, which waits for the store, takes too long. */
async function withDeadline<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const message = `the store did not answer within ${STORE_DEADLINE_MS} ms`;
      reject(new StoreError("unavailable", message, { operation: "signIn", retryable: true }));
    }, STORE_DEADLINE_MS);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
