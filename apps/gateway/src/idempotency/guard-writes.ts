import { createHash } from "node:crypto";
import { MeilisearchError } from "@miroir/meilisearch";
import { type IdempotentAnswer, StoreError } from "@miroir/store-contract";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Context } from "../context.ts";
import { kindOf } from "../limits/limit-requests.ts";
import { bodyOf } from "../routes/http.ts";
import type { ReadBody } from "../server/body.ts";
import { isName, type KeyedWrite, requestScope } from "../server/request-scope.ts";
import { sendJsonText } from "../server/send-json.ts";
import { summarizeTask } from "../tasks/format.ts";
import { findTask } from "./find-task.ts";
import { digestOf, markOf, scopeOf } from "./fingerprint.ts";
import { concealKey, revealKey } from "./key-answers.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** For routes under the admin key: whether they take an `Idempotency-Key`, as all writes under API keys do. */
    takesIdempotencyKey?: true;
  }
}

const MAX_KEY_LENGTH = 255;
const RETRY_AFTER_S = 1;

/** What done twice in a row leaves what done once leaves, so that a write whose outcome nobody knows may be done again. */
const REPEATABLE: ReadonlySet<string> = new Set([
  ...["documents.add", "documents.delete", "settings.update", "experimental.update"],
  ...["tasks.cancel", "tasks.delete", "dumps.create", "snapshots.create", "indexes.compact"],
]);

/** A reserved key, until the answer is known. */
interface Held extends KeyedWrite {
  readonly scope: string;
  readonly key: string;
  readonly token: string;
  /** Of the row that says that the write was begun; `null` when an earlier attempt has it. */
  readonly begunToken: string | null;
}

/**
 * Makes `Idempotency-Key` work on every route that writes.
 *
 * Two rows guard a key. The first is the reservation, short, and then the answer. The second says that the write was begun; it lives as
 * long as an answer would, and goes when the outcome is known: the answer is kept, or nothing was changed. Whoever reserves a key
 * whose write was begun before looks for the task it made, in which the key is noted, and answers with that. Where there is none,
 * what is the same when done twice is done again, and anything else is refused.
 */
export function guardWrites(app: FastifyInstance, context: Context): void {
  const { store, config, log, apiKeys, metrics } = context;
  const count = (outcome: string) => metrics.idempotentRequests.inc({ outcome });
  const { ttlMs, reservationMs, maxEntries } = config.idempotency;
  const cache = store.idempotencyCache;
  const held = new WeakMap<FastifyRequest, Held>();
  /** What requests are to be answered with that have begun to answer something else. */
  const replays = new WeakMap<FastifyRequest, IdempotentAnswer>();

  app.addHook("preHandler", async (request, reply) => {
    const given = request.headers["idempotency-key"];
    if (given === undefined || request.is404 || !takesKey(request)) return undefined;
    if (!isName(given, MAX_KEY_LENGTH))
      throw new MeilisearchError(
        "miroir_invalid_header",
        `\`Idempotency-Key\` must be 1 to ${MAX_KEY_LENGTH} visible ASCII characters, such as a UUID.`,
      );
    const { body } = request;
    if (typeof body !== "function") {
      const answer = await take(request, reply, given, createHash("sha256").update(bodyOf(request)).digest());
      return answer ? replay(request, reply, answer) : undefined;
    }
    // Read by the route, to its end before it changes anything: then the body is known, and the key can be taken.
    const hash = createHash("sha256");
    const wrapped: ReadBody = async (takeChunk) => {
      await (body as ReadBody)((chunk) => {
        hash.update(chunk);
        return takeChunk(chunk);
      });
      const answer = await take(request, reply, given, hash.digest());
      if (!answer) return;
      replays.set(request, answer);
      throw new MeilisearchError("miroir_idempotency_in_flight", "Answered with what is kept for the key.");
    };
    request.body = wrapped;
    return undefined;
  });

  /** Takes the key for this request. @returns the answer that is kept for it, when the write was done before. */
  async function take(
    request: FastifyRequest,
    reply: FastifyReply,
    key: string,
    bodySha256: Uint8Array,
  ): Promise<IdempotentAnswer | null> {
    const scope = scopeOf(request);
    const mark = markOf(scope, key);
    const digest = digestOf(request, bodySha256);
    const reserve = (of: string, forMs: number) =>
      cache.reserve({ scope: of, key, bodySha256: digest, ttlMs, reservationMs: forMs, maxEntries });
    const reserved = await reserve(scope, reservationMs);
    if (reserved.outcome !== "reserved") count(COUNTED_AS[reserved.outcome]);
    if (reserved.outcome === "done") return reserved;
    if (reserved.outcome === "mismatch") throw reused();
    if (reserved.outcome === "in_flight") throw inFlight(reply);
    const { token } = reserved;
    try {
      const begun = await reserve(begunScope(scope), ttlMs);
      if (begun.outcome === "mismatch") throw reused();
      const task = begun.outcome === "in_flight" ? await findTask(store, mark, begun.since) : null;
      if (task !== null) {
        const status = task.type === "taskCancelation" || task.type === "taskDeletion" ? 200 : 202;
        const answer = { taskUid: task.uid, status, body: JSON.stringify(summarizeTask(task)) };
        await cache.complete(scope, key, token, answer);
        count("replayed");
        return answer;
      }
      const isFirst = begun.outcome === "reserved";
      if (!isFirst && !REPEATABLE.has(String(request.routeOptions.config.action))) throw unknownOutcome();
      const write = { scope, key, token, mark, begunToken: isFirst ? begun.token : null, hasEffects: false };
      held.set(request, write);
      const scopeOfRequest = requestScope();
      if (scopeOfRequest) scopeOfRequest.keyed = write;
      count("first");
      return null;
    } catch (error) {
      await quietly(() => cache.release(scope, key, token));
      throw error;
    }
  }

  /** Before the answer leaves: a client that has it and sends the write again must get the same. */
  app.addHook("onSend", async (request, reply, payload) => {
    const kept = replays.get(request);
    if (kept) {
      reply.code(kept.status).header("idempotent-replayed", "true").removeHeader("retry-after");
      return kept.body;
    }
    const write = held.get(request);
    if (!write) return payload;
    held.delete(request);
    const { scope, key, token, begunToken } = write;
    if (reply.statusCode < 400) {
      const body = payload === undefined || payload === null ? "" : String(payload);
      const answer = { taskUid: taskUidIn(body), status: reply.statusCode, body: keeps(request, concealKey, body) };
      await quietly(() => cache.complete(scope, key, token, answer));
    } else await quietly(() => cache.release(scope, key, token));
    const isKnown = reply.statusCode < 400 || !write.hasEffects;
    if (isKnown && begunToken !== null) await quietly(() => cache.release(begunScope(scope), key, begunToken));
    return payload;
  });

  function replay(request: FastifyRequest, reply: FastifyReply, { status, body }: IdempotentAnswer): FastifyReply {
    reply.header("idempotent-replayed", "true");
    if (body === "") return reply.code(status).send();
    return sendJsonText(reply, status, keeps(request, revealKey, body));
  }

  /** The answers about API keys are kept without the keys. */
  function keeps(request: FastifyRequest, convert: typeof revealKey, body: string): string {
    return String(request.routeOptions.config.action).startsWith("keys.") ? convert(body, apiKeys.keyValue) : body;
  }

  /** What fails here fails after the write: the client gets its answer, and who sends it again finds the task. */
  async function quietly(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      log.warn({ err: error }, "what came of a write with an idempotency key could not be kept");
    }
  }
}

const COUNTED_AS = { done: "replayed", mismatch: "reused", in_flight: "in_flight" } as const;

const begunScope = (scope: string): string => `${scope}:begun`;

function takesKey({ method, routeOptions: { config } }: FastifyRequest): boolean {
  return method !== "GET" && (config.takesIdempotencyKey === true || kindOf(config.action) === "write");
}

function taskUidIn(body: string): number | null {
  if (body === "") return null;
  const { taskUid } = JSON.parse(body) as { taskUid?: unknown };
  return typeof taskUid === "number" ? taskUid : null;
}

function inFlight(reply: FastifyReply): MeilisearchError {
  reply.header("retry-after", RETRY_AFTER_S);
  return new MeilisearchError(
    "miroir_idempotency_in_flight",
    "A request with this `Idempotency-Key` is under way. Send it again in a moment to get its answer.",
  );
}

const reused = () =>
  new MeilisearchError(
    "miroir_idempotency_key_reused",
    "This `Idempotency-Key` was used for another request: its body, content type or query differ.",
  );

const unknownOutcome = () =>
  new MeilisearchError(
    "miroir_idempotency_outcome_unknown",
    "A request with this `Idempotency-Key` was begun and did not come to its end, so that some of it may have been done. It is not done again.",
  );
