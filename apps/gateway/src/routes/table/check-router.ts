import type { FastifyInstance } from "fastify";
import { OWN_ROUTES } from "./own-routes.ts";
import { PUBLIC_ROUTES } from "./public-routes.ts";
import type { ApiRoute } from "./route.ts";
import { wrongVerbs } from "./wrong-verbs.ts";

const nameOf = ({ method, path }: Pick<ApiRoute, "method" | "path">): string => `${method} ${path}`;

/**
 * Holds the router against the tables, from now on.
 * @returns what to call when all is registered. It throws an Error for a route that is in no table or has another action there, and for
 * one that is in a table and was not registered.
 */
export function checkRouter(app: FastifyInstance): () => void {
  const rows = [...PUBLIC_ROUTES, ...OWN_ROUTES];
  const missing = new Map(rows.map((row) => [nameOf(row), row.action as string | undefined]));
  for (const row of wrongVerbs(rows)) missing.set(nameOf(row), "open");
  const faults: string[] = [];
  app.addHook("onRoute", ({ method, url, config }) => {
    for (const verb of [method].flat()) {
      const name = `${verb} ${url}`;
      if (!missing.has(name)) faults.push(`${name} is in no table of routes`);
      else if (missing.get(name) !== config?.action) faults.push(`${name} has another action than its table says`);
      missing.delete(name);
    }
  });
  return () => {
    const all = [...faults, ...[...missing.keys()].map((name) => `${name} is not registered`)];
    if (all.length > 0) throw new Error(`the router and the tables of routes differ: ${all.join("; ")}`);
  };
}
