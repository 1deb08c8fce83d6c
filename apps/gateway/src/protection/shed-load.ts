import type { Config } from "@miroir/config";
import { type KeyAction, MeilisearchError } from "@miroir/meilisearch";
import type { FastifyInstance } from "fastify";
import type { Strain, Strained } from "./strain.ts";

/** What probes, scrapers and operators ask for: it is small, and needed most when there is too much of everything else. */
const EXEMPT: ReadonlySet<KeyAction | "open" | "admin" | undefined> = new Set([
  "open",
  "admin",
  "metrics.get",
  "version",
]);

const WHY: Readonly<Record<Strained | "requests", string>> = {
  requests: "it is answering as many requests as it may",
  event_loop: "its answers come too late",
  memory: "it is short of memory",
};
const RETRY_AFTER_S = 1;

export interface ShedOptions {
  readonly limits: Pick<Config["protection"], "maxRequests">;
  readonly strain: Strain;
  /** Called for each request that is refused. */
  readonly onShed: (reason: Strained | "requests") => void;
}

/** Refuses requests while there are too many, before anything is done for them: those that were let in get their answers. */
export function shedLoad(app: FastifyInstance, { limits, strain, onShed }: ShedOptions): void {
  let inFlight = 0;
  app.addHook("onRequest", (request, reply, done) => {
    if (request.is404 || EXEMPT.has(request.routeOptions.config.action)) return done();
    const reason = inFlight >= limits.maxRequests ? "requests" : strain.current();
    if (reason !== null) {
      onShed(reason);
      reply.header("retry-after", RETRY_AFTER_S);
      const text = `The gateway has too much to do: ${WHY[reason]}. Nothing was done; the request may be repeated.`;
      return done(new MeilisearchError("miroir_overloaded", text));
    }
    inFlight++;
    // Comes also when the client went away before it had the answer.
    reply.raw.once("close", () => inFlight--);
    return done();
  });
}
