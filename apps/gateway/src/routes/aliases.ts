import { isIndexUid, MeilisearchError, parseJsonBody } from "@miroir/meilisearch";
import type { AliasRow } from "@miroir/schema";
import { type AliasTargets, StoreError } from "@miroir/store-contract";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { aliasNotFound } from "../aliases/alias-errors.ts";
import { readNewAlias, readTargets, readVersion } from "../aliases/alias-input.ts";
import type { Context } from "../context.ts";
import { sendJson } from "../server/send-json.ts";
import { bodyOf, queryOf } from "./http.ts";

const ALL = "/_miroir/aliases";
const ONE = "/_miroir/aliases/:name";
const PAGE = 1_000;

/** `/_miroir/aliases`: names that stand for an index, or for several that are read as one. */
export function registerAliases(app: FastifyInstance, context: Context): void {
  const { store, registry, aliases, config } = context;
  const read = { config: { action: "admin" } } as const;
  const write = { config: { action: "admin", takesIdempotencyKey: true } } as const;

  app.get(ALL, read, async (_request, reply) => {
    const rows: AliasRow[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.aliases.list({ limit: PAGE, cursor });
      rows.push(...page.items);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    return sendJson(reply, 200, { results: rows.map(show), total: rows.length });
  });

  app.get(ONE, read, async (request, reply) => {
    const row = await store.aliases.get(nameOf(request));
    if (row === null) throw aliasNotFound(nameOf(request));
    return sendJson(reply, 200, { ...show(row), history: row.history.map(showState) });
  });

  app.post(ALL, write, async (request, reply) => {
    const { name, targets } = readNewAlias(jsonOf(request));
    await requireTargets(targets);
    const row = await told(name, async () => {
      // Twice: indexes and aliases are kept apart, and an index may come between. One that comes later still is hidden by the alias.
      await requireFree(name);
      const created = await store.aliases.create(name, targets);
      try {
        await requireFree(name);
      } catch (error) {
        await store.aliases.delete(name, created.version);
        throw error;
      }
      return created;
    });
    return sendJson(reply, 201, show(row));
  });

  for (const method of ["PUT", "PATCH"] as const)
    app.route({
      method,
      url: ONE,
      ...write,
      handler: async (request, reply) => {
        const name = nameOf(request);
        const body = jsonOf(request);
        const [targets, version] = [readTargets(body, ["version"]), readVersion(body)];
        await requireTargets(targets);
        const row = await told(name, () => store.aliases.flip(name, targets, version, config.aliases.history));
        return sendJson(reply, 200, show(row));
      },
    });

  app.delete(ONE, write, async (request, reply) => {
    const name = nameOf(request);
    const given = queryOf(request).get("version");
    const version = given === null ? null : readVersion({ version: Number(given) });
    const wasThere = await told(name, () => store.aliases.delete(name, version));
    if (!wasThere) throw aliasNotFound(name);
    return reply.code(204).send();
  });

  async function requireFree(name: string): Promise<void> {
    if ((await store.indexes.get(name)) === null) return;
    throw new MeilisearchError("miroir_name_taken", `No alias can be called \`${name}\`: an index has that name.`);
  }

  /** The store itself is asked: what is pointed at has to be there for every gateway. */
  async function requireTargets(targets: AliasTargets): Promise<void> {
    const uids = targets.kind === "single" ? [targets.currentUid] : targets.targetUids;
    for (const uid of uids) {
      if ((await store.indexes.get(uid)) !== null) continue;
      throw new MeilisearchError("miroir_invalid_alias", `There is no index \`${uid}\` for the alias to point at.`);
    }
    // Reads look in memory, where the index has to be before the alias leads to it.
    await Promise.all(uids.map((uid) => registry.get(uid)));
  }

  async function told<T>(name: string, change: () => Promise<T>): Promise<T> {
    try {
      return await change();
    } catch (error) {
      throw error instanceof StoreError ? refusal(name, error) : error;
    } finally {
      aliases.changed();
    }
  }
}

function refusal(name: string, cause: StoreError): Error {
  switch (cause.code) {
    case "already_exists":
      return new MeilisearchError("miroir_alias_already_exists", `Alias \`${name}\` already exists.`, { cause });
    case "not_found":
      return aliasNotFound(name);
    case "version_conflict":
      return new MeilisearchError(
        "miroir_alias_version_conflict",
        `Alias \`${name}\` is not in that version any more.`,
        { cause },
      );
    case "illegal_transition":
      return new MeilisearchError(
        "miroir_invalid_alias",
        `Alias \`${name}\` is of the other kind, which cannot change: delete it and create it anew.`,
        { cause },
      );
    default:
      return cause;
  }
}

/** @throws MeilisearchError miroir_alias_not_found for what can be no name */
function nameOf({ params }: FastifyRequest): string {
  const { name } = params as { name: string };
  if (!isIndexUid(name)) throw aliasNotFound(name);
  return name;
}

const jsonOf = (request: FastifyRequest): unknown => parseJsonBody(bodyOf(request), request.headers["content-type"]);
const dateText = (atMs: number): string => new Date(atMs).toISOString();
const pointer = ({ currentUid, targetUids }: Pick<AliasRow, "currentUid" | "targetUids">) =>
  targetUids === null ? { index: currentUid } : { indexes: targetUids };

function show(row: AliasRow) {
  const { name, kind, version, createdAt, updatedAt } = row;
  const dates = { createdAt: dateText(createdAt), updatedAt: dateText(updatedAt) };
  return { name, kind, ...pointer(row), version, ...dates };
}

function showState(state: AliasRow["history"][number]) {
  return { version: state.version, ...pointer(state), replacedAt: dateText(state.replacedAt) };
}
