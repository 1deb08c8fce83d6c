import { AsyncLocalStorage } from "node:async_hooks";
import type { FastifyInstance } from "fastify";
import type { ReadTerms } from "../reads/read-terms.ts";

/** A write that carries an `Idempotency-Key`, while it runs. */
export interface KeyedWrite {
  /** Names the key in the task that the write makes, so that the task tells what came of it. */
  readonly mark: string;
  /** Whether it may have changed something. */
  hasEffects: boolean;
}

/** What concerns a request as a whole and is needed far from its route. */
export interface RequestScope {
  /** The session that the request names, hashed. */
  sessionId: string | null;
  keyed: KeyedWrite | null;
  /** The alias that the request names in its path, when it is a write. */
  alias: string | null;
  reads: ReadTerms | null;
  readonly settings: SettingsAsked;
}

/** What the request asks of the settings that its answer is made with, and what it was made with so far. */
interface SettingsAsked {
  atLeast: number;
  /** The lowest version; `null` before any node has answered. */
  version: number | null;
  /** Nodes with different settings may have answered. */
  isMixed: boolean;
}

const storage = new AsyncLocalStorage<RequestScope>();

/** The scope of the request on whose behalf this runs; `undefined` for what runs on nobody's. */
export const requestScope = (): RequestScope | undefined => storage.getStore();

/** Gives every request its scope, from after its body was read. */
export function openRequestScopes(app: FastifyInstance): void {
  app.addHook("preHandler", (_request, _reply, done) =>
    storage.run(
      {
        sessionId: null,
        keyed: null,
        alias: null,
        reads: null,
        settings: { atLeast: 0, version: null, isMixed: false },
      },
      done,
    ),
  );
}

const VISIBLE = /^[\x21-\x7e]+$/;

/** Whether a header names something as it may: so many visible ASCII characters at most. */
export const isName = (value: unknown, maxLength: number): value is string =>
  typeof value === "string" && value.length <= maxLength && VISIBLE.test(value);
