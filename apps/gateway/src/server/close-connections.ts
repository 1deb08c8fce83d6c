import type { FastifyInstance } from "fastify";

/** Ends each connection with its next answer once the gateway is about to stop, so that clients come back through another one. */
export function closeConnections(app: FastifyInstance, isDraining: () => boolean): void {
  app.addHook("onSend", (_request, reply, payload, done) => {
    if (isDraining()) reply.header("connection", "close");
    done(null, payload);
  });
}
