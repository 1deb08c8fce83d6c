import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";
import { createSettingsCache } from "../indexes/settings-cache.ts";
import { registerDocumentsRead } from "./documents-read.ts";
import { registerDocumentsWrite } from "./documents-write.ts";
import { registerHealth } from "./health.ts";
import { registerIndexes } from "./indexes.ts";
import { registerNotBuilt } from "./not-built.ts";
import { registerSearch } from "./search.ts";
import { registerSettings } from "./settings.ts";
import { registerTasks } from "./tasks.ts";
import { registerTopology } from "./topology.ts";
import { registerVersion } from "./version.ts";

/** Every route of the gateway. `isDraining` tells whether it was told to stop. */
export function registerRoutes(app: FastifyInstance, context: Context, isDraining: () => boolean): void {
  const settingsCache = createSettingsCache(context);
  registerHealth(app);
  registerVersion(app, context);
  registerTopology(app, context, isDraining);
  registerTasks(app, context);
  registerIndexes(app, context, settingsCache);
  registerDocumentsWrite(app, context, settingsCache);
  registerDocumentsRead(app, context);
  registerSearch(app, context, settingsCache);
  registerSettings(app, context, settingsCache);
  registerNotBuilt(app);
}
