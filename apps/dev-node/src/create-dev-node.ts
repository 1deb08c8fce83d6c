import { setTimeout as sleep } from "node:timers/promises";
import { DEFAULT_EXPERIMENTAL_FEATURES, MeilisearchError } from "@miroir/meilisearch";
import type { FastifyReply, FastifyRequest } from "fastify";
import Fastify from "fastify";
import type { Fault, Faults } from "./faults.ts";
import { createFaults } from "./faults.ts";
import { toJsonText } from "./json-text.ts";
import type { NodeState } from "./node-state.ts";
import { checkMasterKey } from "./server/auth.ts";
import { preflight } from "./server/cors.ts";
import { decodeBody } from "./server/decode-body.ts";
import { documentRoutes } from "./server/document-routes.ts";
import { editRoutes } from "./server/edit-routes.ts";
import { faultRoutes } from "./server/fault-routes.ts";
import { featureRoutes } from "./server/feature-routes.ts";
import { fieldRoutes } from "./server/field-routes.ts";
import { indexRoutes } from "./server/index-routes.ts";
import { multiSearchRoutes } from "./server/multi-search-routes.ts";
import type { RouteReply } from "./server/route.ts";
import { createRouter } from "./server/route.ts";
import { searchRoutes } from "./server/search-routes.ts";
import { serverRoutes } from "./server/server-routes.ts";
import { settingsRoutes } from "./server/settings-routes.ts";
import { similarRoutes } from "./server/similar-routes.ts";
import { swapRoutes } from "./server/swap-routes.ts";
import { taskRoutes } from "./server/task-routes.ts";
import { unsupportedRoutes } from "./server/unsupported-routes.ts";
import { createTaskQueue } from "./tasks/task-queue.ts";

export interface DevNodeOptions {
  /** Without one, every route is open. */
  readonly masterKey?: string;
  /** How long each task is processing; 0 by default. */
  readonly taskDelayMs?: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export interface DevNode {
  /** Starts to answer and returns the address, such as `http://127.0.0.1:7700`. Port 0 takes a free one. */
  listen(options?: { readonly port?: number; readonly host?: string }): Promise<string>;
  close(): Promise<void>;
  /** Null while it does not listen. */
  readonly address: string | null;
  readonly faults: Faults;
}

const bodyLimitBytes = 100 * 1024 * 1024;

/** A Meilisearch-compatible node with its state in memory, for demos and tests. Each call makes a new, empty one. */
export function createDevNode(options: DevNodeOptions = {}): DevNode {
  const now = options.now ?? Date.now;
  const tasks = createTaskQueue({ now, taskDelayMs: options.taskDelayMs ?? 0 });
  const closing = new AbortController();
  const state: NodeState = {
    indexes: new Map(),
    tasks,
    now,
    features: DEFAULT_EXPERIMENTAL_FEATURES,
    networkSelf: null,
  };
  const faults = createFaults((stalled) => tasks.stall(stalled));
  const route = createRouter([
    ...faultRoutes(faults),
    ...serverRoutes(state),
    ...indexRoutes(state),
    ...swapRoutes(state),
    ...settingsRoutes(state),
    ...documentRoutes(state),
    ...editRoutes(state),
    ...searchRoutes(state),
    ...multiSearchRoutes(state),
    ...similarRoutes(state),
    ...fieldRoutes(state),
    ...featureRoutes(state),
    ...taskRoutes(state),
    ...unsupportedRoutes(state),
  ]);

  const answer = (request: FastifyRequest, path: string, rawQuery: string): RouteReply => {
    const match = route(request.method, path);
    if (match.kind === "unknown") return { status: 404 };
    if (match.kind === "wrongMethod") return { status: 405 };
    if (options.masterKey !== undefined && match.route.open !== true) {
      checkMasterKey(request.headers.authorization, options.masterKey);
    }
    return match.route.handle({
      params: match.params,
      query: new URLSearchParams(rawQuery),
      rawQuery,
      headers: request.headers,
      body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    });
  };

  const app = Fastify({
    bodyLimit: bodyLimitBytes,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 2000 },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (request, body, done) => {
    decodeBody(body as Buffer, request.headers["content-encoding"], bodyLimitBytes).then(
      (decoded) => done(null, decoded),
      (error: Error) => done(error),
    );
  });
  app.setErrorHandler((error, _request, reply) => {
    const tooLarge = (error as { statusCode?: number }).statusCode === 413;
    return send(
      reply,
      errorReply(tooLarge ? new MeilisearchError("payload_too_large", "The provided payload is too large.") : error),
    );
  });
  // Every request comes here: which paths and verbs there are, and what is said to others, is not fastify's way.
  app.setNotFoundHandler(async (request, reply) => {
    const [path = "/", rawQuery = ""] = splitOnce(request.url);
    if (request.method === "OPTIONS") {
      const { status, headers, text } = preflight(request.headers);
      return reply.code(status).headers(headers).send(text);
    }
    if (request.headers.origin !== undefined) reply.header("access-control-allow-origin", "*");
    const taken = path.startsWith("/_dev/") ? [] : faults.take(request.method, path);
    if (await misbehave(taken, request, reply, closing.signal)) return reply;
    let result: RouteReply;
    try {
      result = answer(request, path, rawQuery);
    } catch (error) {
      result = errorReply(error);
    }
    if (taken.some(({ dropReply }) => dropReply === true)) {
      reset(request, reply);
      return reply;
    }
    return send(reply, hideHits(taken, result));
  });

  let address: string | null = null;
  return {
    async listen({ port = 0, host = "127.0.0.1" } = {}) {
      address = await app.listen({ port, host });
      return address;
    },
    async close() {
      closing.abort();
      tasks.close();
      await app.close();
      address = null;
    },
    get address() {
      return address;
    },
    faults,
  };
}

function splitOnce(url: string): string[] {
  const at = url.indexOf("?");
  return at === -1 ? [url] : [url.slice(0, at), url.slice(at + 1)];
}

function errorReply(error: unknown): RouteReply {
  const known =
    error instanceof MeilisearchError ? error : new MeilisearchError("internal", String(error), { cause: error });
  return { status: known.status, body: known };
}

function send(reply: FastifyReply, { status, body }: RouteReply): FastifyReply {
  if (body === undefined) return reply.code(status).send();
  // As bytes, because to text fastify would add a charset that nodes do not send.
  return reply
    .code(status)
    .header("content-type", "application/json")
    .send(Buffer.from(toJsonText(body)));
}

function reset(request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack();
  request.raw.socket.destroy();
}

/** Plays the faults that come before the work. Returns true when the request has had its answer. */
async function misbehave(
  taken: readonly Fault[],
  request: FastifyRequest,
  reply: FastifyReply,
  closing: AbortSignal,
): Promise<boolean> {
  for (const { delayMs } of taken) {
    // A node that closes does not wait for its own delays.
    if (delayMs !== undefined) await sleep(delayMs, undefined, { signal: closing }).catch(() => undefined);
  }
  if (closing.aborted || taken.some(({ refuse }) => refuse === true)) {
    reset(request, reply);
    return true;
  }
  if (taken.some(({ busy }) => busy === true)) {
    reply.header("retry-after", "10");
    send(
      reply,
      errorReply(
        new MeilisearchError("too_many_search_requests", "Too many search requests running at the same time."),
      ),
    );
    return true;
  }
  const failure = taken.find(({ status }) => status !== undefined);
  if (failure?.status === undefined) return false;
  send(reply, { status: failure.status, body: failure.body });
  return true;
}

/** The lie of a node that has lost documents: hits are missing, and nothing says so. */
function hideHits(taken: readonly Fault[], reply: RouteReply): RouteReply {
  const every = taken.find(({ dropEveryHit }) => dropEveryHit !== undefined)?.dropEveryHit;
  const body = reply.body as { hits?: unknown[] } | undefined;
  if (every === undefined || !Array.isArray(body?.hits)) return reply;
  return { ...reply, body: { ...body, hits: body.hits.filter((_hit, at) => (at + 1) % every !== 0) } };
}
