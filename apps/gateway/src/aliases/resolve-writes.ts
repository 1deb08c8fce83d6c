import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";
import { indexNotFound } from "../indexes/index-errors.ts";
import { kindOf } from "../limits/limit-requests.ts";
import { requestScope } from "../server/request-scope.ts";
import { aliasIsNoIndex, notWritable } from "./alias-errors.ts";

/**
 * Sends writes that name an alias to the index it points at. The store itself is asked where the alias points, once the request is
 * here: memory may be behind, and a write must not go to an index that was replaced before it was sent.
 *
 * The rights of a caller are those on the name it used, which were checked before.
 */
export function resolveWrites(app: FastifyInstance, context: Context): void {
  const { aliases, registry, store } = context;

  app.addHook("preHandler", async ({ params, routeOptions }) => {
    const { action } = routeOptions.config;
    const named = params as { indexUid?: string } | undefined;
    const name = named?.indexUid;
    if (name === undefined || kindOf(action) !== "write") return;
    const mayBeAlias = (await aliases.get(name)) !== null || (await registry.get(name)) === null;
    const alias = mayBeAlias ? await store.aliases.get(name) : null;
    if (alias === null) return;
    if (action === "indexes.delete" || action === "indexes.update") throw aliasIsNoIndex(name);
    if (alias.currentUid === null) throw notWritable(alias);
    if ((await registry.get(alias.currentUid)) === null) throw indexNotFound(alias.currentUid);
    const scope = requestScope();
    if (scope) scope.alias = name;
    Object.assign(named ?? {}, { indexUid: alias.currentUid });
  });
}
