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
  const table = routes.map((route) => ({ route, parts: pathParts(route.path) }));
  return (method, path) => {
    const parts = pathParts(path);
    let known = false;
    for (const { route, parts: pattern } of table) {
      if (pattern.length !== parts.length) continue;
      const params: Record<string, string> = {};
      const fits = pattern.every((part, at) => {
        if (!part.startsWith(":")) return part === parts[at];
        params[part.slice(1)] = decode(parts[at] as string);
        return true;
      });
      if (!fits) continue;
      known = true;
      if (route.method === method) return { kind: "found", route, params };
    }
    return { kind: known ? "wrongMethod" : "unknown" };
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
