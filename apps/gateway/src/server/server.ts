import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Config } from "@miroir/config";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest, LogController } from "fastify";
import type { Logger } from "pino";
import type { Authenticate } from "../access/authenticate.ts";
import { refuseBadHttp } from "./bad-http.ts";
import { type ReadBody, readBody, readBodyInto } from "./body.ts";
import { allowOrigins } from "./cors.ts";
import { handleError } from "./errors.ts";
import { learnPaths } from "./known-paths.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** The most the route reads of a body; `server.max_body_bytes` unless told. */
    maxBodyBytes?: number;
    /** Whether `request.body` is a function that reads the body chunk by chunk, for bodies that are not to be held whole. */
    streamsBody?: boolean;
  }
  interface FastifyRequest {
    /** Fires when the client went away before it had the answer: what was asked of nodes on its behalf can stop. */
    clientGone: AbortSignal;
  }
}

/** For the whole request, body included: a slow uplink may take minutes for 100 MB. */
const REQUEST_TIMEOUT_MS = 300_000;
const MAX_CHECKING_INTERVAL_MS = 5_000;
const KEEP_ALIVE_TIMEOUT_MS = 72_000;
const MAX_HEADER_BYTES = 64 * 1024;
/** Document ids of 511 bytes, each byte percent-encoded. */
const MAX_PARAM_LENGTH = 2_000;
const REQUEST_ID = /^[\w.:-]{1,128}$/;

const pathOf = (request: FastifyRequest): string => request.url.split("?", 1)[0] ?? "";

/**
 * The HTTP side, without routes: bodies come raw (`request.body` is a Buffer, a ReadBody where the route says
 * `streamsBody`, or `undefined`), every error becomes the API's envelope, unknown paths are 404 and wrong verbs 405, both empty, and every request leaves one line in the log.
 * `hookFirst` adds hooks that see every request before anything is done for it, also those that are refused.
 */
export function createServer(
  config: Config,
  log: Logger,
  authenticate: Authenticate,
  hookFirst: (app: FastifyInstance) => void = () => undefined,
): FastifyInstance {
  const loggerInstance: FastifyBaseLogger = log;
  const headersTimeout = config.protection.headersTimeoutMs;
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    exposeHeadRoutes: false,
    forceCloseConnections: "idle",
    // Connections that are kept get their answers until the last; only new ones find the door shut.
    return503OnClosing: false,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: {
      headersTimeout,
      // Node looks at it only so often.
      connectionsCheckingInterval: Math.min(headersTimeout, MAX_CHECKING_INTERVAL_MS),
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    // Ours is checked after decompression, in readBody.
    bodyLimit: Number.MAX_SAFE_INTEGER,
    trustProxy: config.server.trustedProxies.length > 0 && [...config.server.trustedProxies],
    genReqId: ({ headers }) => {
      const given = headers["x-request-id"];
      return typeof given === "string" && REQUEST_ID.test(given) ? given : randomUUID();
    },
    frameworkErrors: (error, request, reply) => {
      handleError(error, request, reply);
    },
    clientErrorHandler: refuseBadHttp,
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength: MAX_PARAM_LENGTH },
  });
  const isKnown = learnPaths(app);

  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", async (request: FastifyRequest, payload: IncomingMessage) => {
    const { maxBodyBytes, streamsBody } = request.routeOptions.config;
    const options = {
      encoding: request.headers["content-encoding"],
      length: Number(request.headers["content-length"] ?? 0),
      maxBytes: maxBodyBytes ?? config.server.maxBodyBytes,
    };
    if (!streamsBody) return readBody(payload, options);
    const read: ReadBody = (take) => readBodyInto(payload, options, take);
    return read;
  });

  const neverGone = new AbortController().signal;
  app.decorateRequest("clientGone");
  app.decorateRequest("access");
  app.addHook("onRequest", async (request, reply) => {
    reply.header("x-request-id", request.id);
    request.clientGone = neverGone;
    return allowOrigins(request, reply);
  });
  hookFirst(app);
  app.addHook("onRequest", async (request, reply) => {
    if (request.is404) return;
    request.access = await authenticate(request);
    const gone = new AbortController();
    request.clientGone = gone.signal;
    reply.raw.once("close", () => {
      if (!reply.raw.writableFinished) gone.abort();
    });
  });
  app.addHook("onResponse", async (request, reply) => {
    const { method, routeOptions } = request;
    const ms = Math.round(reply.elapsedTime * 10) / 10;
    request.log.info({ method, route: routeOptions.url ?? null, status: reply.statusCode, ms }, "request");
  });
  app.server.maxConnections = config.protection.maxConnections;
  app.setErrorHandler(handleError);
  app.setNotFoundHandler((request, reply) => reply.code(isKnown(pathOf(request)) ? 405 : 404).send());
  return app;
}
