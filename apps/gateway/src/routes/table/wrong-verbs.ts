import type { ApiRoute } from "./route.ts";

const isParameter = (segment: string): boolean => segment.startsWith(":");

/** Whether every path of the one shape is of the other too: `/tasks/cancel` is a `/tasks/:taskUid`. */
function isCoveredBy(path: string, wider: string): boolean {
  const segments = path.split("/");
  const others = wider.split("/");
  if (path === wider || segments.length !== others.length) return false;
  return segments.every((segment, i) => segment === others[i] || isParameter(others[i] ?? ""));
}

/**
 * Verbs under which a path would be taken for one with a parameter: `DELETE …/documents/fetch` is no document of that id, since a node
 * knows the path for another verb, and answers 405.
 */
export function wrongVerbs(rows: readonly ApiRoute[]): Pick<ApiRoute, "method" | "path">[] {
  const known = new Set(rows.map(({ method, path }) => `${method} ${path}`));
  const found = new Map<string, Pick<ApiRoute, "method" | "path">>();
  for (const { path } of rows) {
    for (const { method, path: wider } of rows) {
      const name = `${method} ${path}`;
      if (!known.has(name) && isCoveredBy(path, wider)) found.set(name, { method, path });
    }
  }
  return [...found.values()];
}
