import { createHash } from "node:crypto";
import type { Config } from "@miroir/config";
import { type KeyAction, MeilisearchError } from "@miroir/meilisearch";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Context } from "../context.ts";
import { clientNetwork } from "./client-network.ts";
import { createCounting } from "./counting.ts";
import { createLimiter, type Limiter, type Standing } from "./limiter.ts";

type Kind = keyof Config["rateLimits"];
type Who = "key" | "address";

interface Limit {
  readonly who: Who;
  readonly limiter: Limiter;
}

const KINDS: readonly Kind[] = ["search", "read", "write"];
/** What probes and scrapers ask for. */
const UNLIMITED: ReadonlySet<KeyAction> = new Set(["version", "metrics.get", "metrics.*"]);
const SEARCHES: ReadonlySet<KeyAction> = new Set(["search", "chatCompletions"]);

/** Which limits a route's requests count for; `null` for none. */
export function kindOf(action: KeyAction | "open" | "admin" | undefined): Kind | null {
  if (action === undefined || action === "open" || action === "admin" || UNLIMITED.has(action)) return null;
  if (SEARCHES.has(action)) return "search";
  return action.endsWith(".get") || action === "fields.post" ? "read" : "write";
}

/** Whom a request is counted for, hashed: the store learns neither keys nor addresses. */
function callerOf(request: FastifyRequest, who: Who): string {
  const name = who === "key" ? (request.access.keyUid ?? "master key") : clientNetwork(request);
  return createHash("sha256").update(name).digest("hex");
}

const seconds = (ms: number): number => Math.ceil(ms / 1000);

function tell(reply: FastifyReply, { limit, remaining, resetInMs }: Standing): void {
  reply.headers({
    "x-ratelimit-limit": limit,
    "x-ratelimit-remaining": remaining,
    "x-ratelimit-reset": seconds(resetInMs),
  });
}

/**
 * Holds requests to the configured limits once they are authorised, before their bodies are read: wrong keys never reach the store.
 * While the store is away requests pass uncounted, but for callers known to have used up their window.
 */
export function limitRequests(app: FastifyInstance, { config, store, clock, log }: Context): void {
  const counting = createCounting({ store, clock, log });
  const limitsOf = (kind: Kind): Limit[] => {
    const { perKey, perAddress, windowMs } = config.rateLimits[kind];
    // The address first: a request that it refuses uses up nothing of a key that others have too.
    const given: readonly (readonly [Who, number | null])[] = [
      ["address", perAddress],
      ["key", perKey],
    ];
    return given.flatMap(([who, limit]) =>
      limit === null ? [] : [{ who, limiter: createLimiter(`${kind}:${who}`, { limit, windowMs }, counting) }],
    );
  };
  const limits = new Map(KINDS.map((kind) => [kind, limitsOf(kind)]));
  if ([...limits.values()].every((them) => them.length === 0)) return;

  app.addHook("onRequest", async (request, reply) => {
    const kind = request.is404 ? null : kindOf(request.routeOptions.config.action);
    if (kind === null) return;
    let tightest: Standing | null = null;
    for (const { who, limiter } of limits.get(kind) ?? []) {
      const standing = await limiter.use(callerOf(request, who));
      if (standing === null) continue;
      if (tightest === null || standing.remaining < tightest.remaining) tightest = standing;
      if (!standing.allowed) throw refuse(reply, standing, kind, who);
    }
    if (tightest !== null) tell(reply, tightest);
  });
}

const WHOSE: Readonly<Record<Who, string>> = { key: "with this key", address: "from this address" };
const WHAT: Readonly<Record<Kind, string>> = {
  search: "searches",
  read: "reading requests",
  write: "writing requests",
};

function refuse(reply: FastifyReply, standing: Standing, kind: Kind, who: Who): MeilisearchError {
  tell(reply, standing);
  const wait = seconds(standing.resetInMs);
  reply.header("retry-after", wait);
  return new MeilisearchError(
    "miroir_too_many_requests",
    `Too many ${WHAT[kind]} ${WHOSE[who]}: ${standing.limit} are allowed within a window. The next one begins in ${wait} s.`,
  );
}
