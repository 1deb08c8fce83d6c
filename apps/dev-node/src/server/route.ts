import type { IncomingHttpHeaders } from "node:http";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface RouteRequest {
  /** The named parts of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The query string as received, without `?`. */
  readonly rawQuery: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** `body` undefined means an empty answer without a content type. */
export interface RouteReply {
  readonly status: number;
  readonly body?: unknown;
}

export interface Route {
  readonly method: Method;
  /** `/indexes/:uid/documents`; a parameter matches one part. */
  readonly path: string;
  /** Answered without a key even where a master key is set. */
  readonly open?: boolean;
  handle(request: RouteRequest): RouteReply;
}

export type RouteMatch =
  | { readonly kind: "found"; readonly route: Route; readonly params: Record<string, string> }
  | { readonly kind: "wrongMethod" }
  | { readonly kind: "unknown" };

/** Several slashes count as one, and one at the end for nothing. */
export function pathParts(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}

export function createRouter(routes: readonly Route[]): (method: string, path: string) => RouteMatch {
  const table = routes
    .map((route) => ({ route, parts: pathParts(route.path) }))
    .sort((a, b) => namedParts(a.parts) - namedParts(b.parts));
  return (method, path) => {
    const parts = pathParts(path);
    let known: number | null = null;
    for (const { route, parts: pattern } of table) {
      const params = matchParts(pattern, parts);
      if (params === null) continue;
      const named = namedParts(pattern);
      // `/tasks/cancel` is a place of its own, even for verbs that only `/tasks/:uid` knows.
      if (known !== null && named > known) break;
      known = named;
      if (route.method === method) return { kind: "found", route, params };
    }
    return { kind: known === null ? "unknown" : "wrongMethod" };
  };
}

const namedParts = (parts: readonly string[]): number => parts.filter((part) => part.startsWith(":")).length;

function matchParts(pattern: readonly string[], parts: readonly string[]): Record<string, string> | null {
  if (pattern.length !== parts.length) return null;
  const params: Record<string, string> = {};
  for (const [at, part] of pattern.entries()) {
    const actual = parts[at] as string;
    if (part.startsWith(":")) params[part.slice(1)] = decode(actual);
    else if (part !== actual) return null;
  }
  return params;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
