import type { ApiRoute } from "./route.ts";

const isParameter = (segment: string): boolean => segment.startsWith(":");

/** Whether every path of the one shape is of the other too: `/tasks/cancel` is a `/tasks/:taskUid`. */
function isCoveredBy(segments: readonly string[], wider: readonly string[]): boolean {
  if (segments.length !== wider.length) return false;
  return segments.every((segment, i) => segment === wider[i] || isParameter(wider[i] ?? ""));
}

/**
 * Verbs under which a path would be taken for one with a parameter: `DELETE …/documents/fetch` is no document of that id, since a node
 * knows the path for another verb, and answers 405.
 */
export function wrongVerbs(rows: readonly ApiRoute[]): Pick<ApiRoute, "method" | "path">[] {
  const known = new Set(rows.map(({ method, path }) => `${method} ${path}`));
  const found = new Map<string, Pick<ApiRoute, "method" | "path">>();
  const shapes = rows.map(({ method, path }) => ({ method, path, segments: path.split("/") }));
  for (const { path, segments } of shapes) {
    for (const { method, ...wider } of shapes) {
      if (path === wider.path || !isCoveredBy(segments, wider.segments)) continue;
      const name = `${method} ${path}`;
      if (!known.has(name)) found.set(name, { method, path });
    }
  }
  return [...found.values()];
}
