/** What went out, and what came back. */
export interface Exchange {
  readonly request: string;
  readonly status: number;
  readonly contentType: string | null;
  readonly text: string;
}

const TYPES: readonly unknown[] = ["invalid_request", "internal", "auth", "system"];
const LINKS = "https://docs.meilisearch.com/errors#";
const STACK = /\n\s+at |node_modules|\.ts:\d+|Error: /;

/** @returns what is wrong with an answer, as against those that a node may give; `null` when nothing is */
export function formFault({ status, contentType, text }: Exchange): string | null {
  if (status >= 500 && status !== 501) return `status ${status}`;
  if (text === "") return status === 404 || status === 405 || status < 300 ? null : "an error without a body";
  if (status < 400 && !contentType?.startsWith("application/json")) return null;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return "a body that is no JSON";
  }
  if (status < 400) return null;
  if (typeof body !== "object" || body === null) return "an error that is no object";
  const { message, code, type, link, ...rest } = body as Readonly<Record<string, unknown>>;
  if (Object.keys(rest).length > 0) return `an error with ${Object.keys(rest)}`;
  if (typeof message !== "string" || message === "") return "an error without a message";
  if (!TYPES.includes(type)) return `an error of type ${type}`;
  return link === `${LINKS}${code}` ? null : `an error that links to ${link}`;
}

/** Without the queries of tasks that canceled or deleted others, each begun by its `?`: they are some client's own words. */
export const withoutQueries = (text: string): string => text.replace(/"originalFilter":"\?(?:[^"\\]|\\.)*"/g, "");

/** @param secrets what no client may ever see. @returns which of them an answer shows, where the request did not name it itself */
export function leak({ request, text: answer }: Exchange, secrets: readonly string[]): string | null {
  const text = withoutQueries(answer);
  const echoesMarker = /_miroir|miroir_|\\u|[\u2983-\u2992]/.test(request);
  if (!echoesMarker && /(?<!#|"code":")_?miroir_(shard|seq)|_miroir|[\u2983-\u2992]/.test(text)) return "the marker";
  if (STACK.test(text) && !STACK.test(request)) return "a stack trace";
  return secrets.find((secret) => text.includes(secret)) ?? null;
}
