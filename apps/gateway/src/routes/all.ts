import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";
import { registerAdmin } from "./admin.ts";
import { registerBatches } from "./batches.ts";
import { registerDataRoutes } from "./data-routes.ts";
import { registerHealth } from "./health.ts";
import { registerKeys } from "./keys.ts";
import { registerMetrics } from "./metrics.ts";
import { registerNetworkAndChats } from "./network-and-chats.ts";
import { registerRefused, registerWrongVerbs } from "./refused.ts";
import { registerRenderTemplate } from "./render-template.ts";
import { checkRouter } from "./table/check-router.ts";
import { registerTasks } from "./tasks.ts";
import { registerTopology } from "./topology.ts";
import { registerVersion } from "./version.ts";
import { registerWebhooks } from "./webhooks.ts";

/**
 * Every route of the gateway. `isDraining` tells whether it was told to stop.
 * @throws Error when they are not those of the tables (table/).
 */
export function registerRoutes(app: FastifyInstance, context: Context, isDraining: () => boolean): void {
  const check = checkRouter(app);
  registerHealth(app);
  registerVersion(app, context);
  registerTopology(app, context, isDraining);
  registerAdmin(app, context);
  registerTasks(app, context);
  registerBatches(app, context);
  registerDataRoutes(app, context);
  registerKeys(app, context);
  registerMetrics(app, context);
  registerWebhooks(app, context);
  registerRenderTemplate(app, context);
  registerNetworkAndChats(app, context);
  registerRefused(app, context);
  registerWrongVerbs(app);
  check();
}
