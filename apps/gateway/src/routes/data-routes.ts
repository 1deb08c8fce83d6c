import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";
import { createSettingsCache } from "../settings/settings-cache.ts";
import { registerAliases } from "./aliases.ts";
import { registerCompactIndex } from "./compact-index.ts";
import { registerDocumentsAdd } from "./documents-add.ts";
import { registerDocumentsDelete } from "./documents-delete.ts";
import { registerDocumentsEdit } from "./documents-edit.ts";
import { registerDocumentsRead } from "./documents-read.ts";
import { registerDumps } from "./dumps.ts";
import { registerExperimentalFeatures } from "./experimental-features.ts";
import { registerExplain } from "./explain.ts";
import { registerFacetSearch } from "./facet-search.ts";
import { registerFields } from "./fields.ts";
import { registerIndexes } from "./indexes.ts";
import { registerMultiSearch } from "./multi-search.ts";
import { registerSearch } from "./search.ts";
import { registerSettings } from "./settings.ts";
import { registerSimilar } from "./similar.ts";
import { registerStats } from "./stats.ts";
import { registerSwapIndexes } from "./swap-indexes.ts";

/** The routes that are about indexes and what is in them. They share what is known of the indexes' settings. */
export function registerDataRoutes(app: FastifyInstance, context: Context): void {
  const settingsCache = createSettingsCache(context);
  registerIndexes(app, context);
  registerAliases(app, context);
  registerDocumentsAdd(app, context, settingsCache);
  registerDocumentsDelete(app, context);
  registerDocumentsEdit(app, context);
  registerDocumentsRead(app, context);
  registerSettings(app, context);
  registerSearch(app, context, settingsCache);
  registerExplain(app, context, settingsCache);
  registerMultiSearch(app, context, settingsCache);
  registerFacetSearch(app, context, settingsCache);
  registerSimilar(app, context, settingsCache);
  registerFields(app, context);
  registerExperimentalFeatures(app, context);
  registerStats(app, context);
  registerCompactIndex(app, context);
  registerDumps(app, context);
  registerSwapIndexes(app, context);
}
