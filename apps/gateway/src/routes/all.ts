import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";
import { registerAdmin } from "./admin.ts";
import { registerBatches } from "./batches.ts";
import { registerDataRoutes } from "./data-routes.ts";
import { registerHealth } from "./health.ts";
import { registerKeys } from "./keys.ts";
import { registerNotBuilt } from "./not-built.ts";
import { registerTasks } from "./tasks.ts";
import { registerTopology } from "./topology.ts";
import { registerVersion } from "./version.ts";

/** Every route of the gateway. `isDraining` tells whether it was told to stop. */
export function registerRoutes(app: FastifyInstance, context: Context, isDraining: () => boolean): void {
  registerHealth(app);
  registerVersion(app, context);
  registerTopology(app, context, isDraining);
  registerAdmin(app, context);
  registerTasks(app, context);
  registerBatches(app, context);
  registerDataRoutes(app, context);
  registerKeys(app, context);
  registerNotBuilt(app, context);
}
