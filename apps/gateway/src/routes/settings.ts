import {
  parseJsonBody,
  parseSetting,
  parseSettings,
  RESET_SETTINGS,
  SETTING_ROUTES,
  type SettingKey,
  type Settings,
  type SettingsPatch,
} from "@miroir/meilisearch";
import { compareUtf8 } from "@miroir/routing";
import type { NewTask } from "@miroir/store-contract";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { redact } from "../answer/redact.ts";
import type { Context } from "../context.ts";
import { askAnyNode } from "../execute/any-node.ts";
import { broadcast } from "../execute/write.ts";
import { createOnNodes, jsonRequest } from "../indexes/create-on-nodes.ts";
import { indexNotFound } from "../indexes/index-errors.ts";
import { nodePath } from "../indexes/index-name.ts";
import { nameNewIndex } from "../indexes/physical-uid.ts";
import { requireIndex } from "../indexes/registry.ts";
import { checkSettings, clientSettings, nodeSettings } from "../settings/internal-settings.ts";
import { failure } from "./failed-task.ts";
import { bodyOf, indexUidOf, sendAnswer } from "./http.ts";

/** Settings of features that are off: a node neither shows nor takes them. */
const FEATURE_SETTINGS: ReadonlySet<SettingKey> = new Set(["chat", "foreignKeys"]);

type Write = { readonly patch: SettingsPatch; readonly isReset: boolean };

/** `/indexes/{uid}/settings` and one sub-route per setting. */
export function registerSettings(app: FastifyInstance, context: Context): void {
  const { store, acknowledge, indexLocks, settings } = context;
  const whole = "/indexes/:indexUid/settings";
  const read = { config: { action: "settings.get" } } as const;
  const update = { config: { action: "settings.update" } } as const;

  app.get(whole, read, async (request, reply) => sendAnswer(reply, JSON.stringify(await show(request))));
  app.patch(whole, update, (request, reply) =>
    write(request, reply, { patch: parseSettings(jsonOf(request)), isReset: false }),
  );
  app.delete(whole, update, (request, reply) => write(request, reply, { patch: RESET_SETTINGS, isReset: true }));

  for (const { path, key, verb } of SETTING_ROUTES) {
    const url = `${whole}/${path}`;
    app.get(url, read, async (request, reply) => {
      if (FEATURE_SETTINGS.has(key)) parseSetting(key, null);
      return sendAnswer(reply, JSON.stringify((await show(request))[key] ?? null));
    });
    app.route({
      method: verb,
      url,
      ...update,
      handler: (request, reply) =>
        write(request, reply, { patch: { [key]: parseSetting(key, jsonOf(request)) }, isReset: false }),
    });
    app.delete(url, update, (request, reply) => {
      if (FEATURE_SETTINGS.has(key)) parseSetting(key, null);
      return write(request, reply, { patch: { [key]: null }, isReset: true });
    });
  }

  /** Asked of a node every time and not of the cache: right after its task a client must see what it has set. */
  async function show(request: FastifyRequest): Promise<Settings> {
    const index = await requireIndex(context, indexUidOf(request));
    const body = await askAnyNode(context, index, { method: "GET", path: nodePath(index, "/settings") });
    return clientSettings(JSON.parse(body) as Settings);
  }

  async function write(request: FastifyRequest, reply: FastifyReply, { patch, isReset }: Write): Promise<FastifyReply> {
    const indexUid = indexUidOf(request);
    checkSettings(patch);
    const task = { indexUid, type: "settingsUpdate", details: detailsOf(patch) };
    await indexLocks.run(indexUid, async () => {
      const row = await store.indexes.get(indexUid);
      // A reset does not create the index, any other change does, where the caller may.
      const mayCreate = !isReset && request.access.allows("indexes.create", indexUid);
      if (!row && !mayCreate) return acknowledge(reply, { ...task, ...failure(indexNotFound(indexUid)) });
      const index = row ?? (await nameNewIndex(store, indexUid));
      if (!row) await createOnNodes(context, index, null);
      const taken = withoutFeatures(patch);
      const update = jsonRequest("PATCH", nodePath(index, "/settings"), nodeSettings(taken));
      await settings.propose(index.physicalUid, Object.keys(taken) as SettingKey[], async (proposal) => {
        const { nodeTasks, degraded } = await broadcast(context, index, update);
        if (row) await store.indexes.touch(indexUid);
        else await store.indexes.create({ ...index, primaryKey: null });
        const undo = row ? undefined : ({ kind: "drop_index" } as const);
        await acknowledge(reply, { ...task, nodeTasks }, { degraded, index, undo, proposal });
      });
    });
    return reply;
  }
}

function jsonOf(request: FastifyRequest): unknown {
  return parseJsonBody(bodyOf(request), request.headers["content-type"]);
}

function withoutFeatures(patch: SettingsPatch): SettingsPatch {
  const entries = Object.entries(patch).filter(([key]) => !FEATURE_SETTINGS.has(key as SettingKey));
  return Object.fromEntries(entries) as SettingsPatch;
}

/** Settings that are sets on a node: a task shows them sorted, each entry once. */
const SETS: ReadonlySet<string> = new Set<SettingKey>([
  "sortableAttributes",
  "stopWords",
  "nonSeparatorTokens",
  "separatorTokens",
  "dictionary",
]);

/** A task shows what was sent, except that two of the lists are shown as what a reset makes of them. */
function detailsOf(patch: SettingsPatch): NonNullable<NewTask["details"]> {
  const shown = Object.entries(patch).map(([key, value]) => {
    if (value === null && (key === "displayedAttributes" || key === "searchableAttributes")) return [key, ["*"]];
    if (key === "embedders") return [key, withoutSecrets(patch.embedders)];
    return [key, SETS.has(key) ? asSet(value) : value];
  });
  const details = Object.fromEntries(shown) as NonNullable<NewTask["details"]>;
  const { typoTolerance } = patch;
  if (!typoTolerance) return details;
  const { disableOnWords, disableOnAttributes } = typoTolerance;
  return {
    ...details,
    typoTolerance: {
      ...(details.typoTolerance as Record<string, JsonValue>),
      ...(disableOnWords && { disableOnWords: asSet(disableOnWords) }),
      ...(disableOnAttributes && { disableOnAttributes: asSet(disableOnAttributes) }),
    },
  };
}

/** Embedders as a task shows them, at any depth: the store keeps no secret. */
function withoutSecrets(embedders: SettingsPatch["embedders"]): JsonValue {
  const text = JSON.stringify(embedders, (name, value) =>
    name === "apiKey" && typeof value === "string" ? redact(value) : value,
  );
  return JSON.parse(text) as JsonValue;
}

type JsonValue = NonNullable<NewTask["details"]>[string];

function asSet(value: unknown): JsonValue {
  return Array.isArray(value) ? [...new Set(value as string[])].sort(compareUtf8) : (value as JsonValue);
}
