import { MeilisearchError, parseJsonBody } from "@miroir/meilisearch";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { createAdminSessions } from "../access/admin-sessions.ts";
import { createSignIn } from "../access/sign-in.ts";
import type { Context } from "../context.ts";
import { sendJson } from "../server/send-json.ts";
import { bodyOf } from "./http.ts";

/** Anybody may send one, so it is read only as far as a key can be long. */
const MAX_LOGIN_BYTES = 16 * 1024;

/** Operators sign in with the admin key, for a session that then opens `/_miroir/*` to their browser. */
export function registerAdmin(app: FastifyInstance, context: Pick<Context, "config" | "store" | "clock">): void {
  const sessions = createAdminSessions(context);
  const signIn = createSignIn({ ...context, sessions });
  const admin = { config: { action: "admin" } } as const;
  const login = { config: { action: "open", maxBodyBytes: MAX_LOGIN_BYTES } } as const;

  app.post("/_miroir/admin/login", login, async (request, reply) => {
    const { cookie, csrfToken, expiresAt } = await signIn(keyIn(request), request, reply);
    reply.header("set-cookie", cookie);
    return answer(reply, { csrfToken, expiresAt: new Date(expiresAt).toISOString() });
  });

  app.post("/_miroir/admin/logout", admin, async (request, reply) => {
    reply.header("set-cookie", await sessions.end(request));
    return reply.code(204).send();
  });

  /** Who asks with the key itself has no session. */
  app.get("/_miroir/admin/session", admin, async (request, reply) => {
    const row = await sessions.find(request);
    if (row === null) return answer(reply, { session: null });
    const { createdAt, expiresAt, userAgent, sourceIp } = row;
    const dates = { createdAt: new Date(createdAt).toISOString(), expiresAt: new Date(expiresAt).toISOString() };
    return answer(reply, { session: { ...dates, userAgent, sourceIp } });
  });

  app.delete("/_miroir/admin/sessions", admin, async (_request, reply) =>
    answer(reply, { ended: await sessions.endAll() }),
  );
}

const answer = (reply: FastifyReply, value: unknown): FastifyReply =>
  sendJson(reply.header("cache-control", "no-store"), 200, value);

function keyIn(request: FastifyRequest): string {
  const body = parseJsonBody(bodyOf(request), request.headers["content-type"]);
  const key = typeof body === "object" && body !== null && "key" in body ? body.key : undefined;
  if (typeof key === "string") return key;
  throw new MeilisearchError("bad_request", 'The body must be an object with the admin key: `{"key": "…"}`.');
}
