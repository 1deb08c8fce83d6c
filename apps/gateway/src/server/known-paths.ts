import type { FastifyInstance } from "fastify";

/** Learns the paths that are registered from now on. @returns whether a path, its query left out, is one of them under any verb. */
export function learnPaths(app: FastifyInstance): (path: string) => boolean {
  const patterns = new Map<string, RegExp>();
  app.addHook("onRoute", ({ url }) => {
    const source = url.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/:[^/]+/g, "[^/]+");
    patterns.set(url, new RegExp(`^${source}$`));
  });
  return (path) => {
    const plain = path.replace(/\/{2,}/g, "/").replace(/(.)\/$/, "$1");
    return [...patterns.values()].some((pattern) => pattern.test(plain));
  };
}
