import type { Webhook } from "./parse-webhook.ts";

const BEARER = "Bearer ";

/** How much of a secret of that many bytes is shown, and what comes after it. */
function shownPart(bytes: number): readonly [number, string] {
  if (bytes < 10) return [0, "XXX..."];
  if (bytes < 20) return [2, "XXXX..."];
  return bytes < 30 ? [3, "XXXXX..."] : [5, "XXXXXX..."];
}

/** A secret as nodes show one: its first bytes at most, never half a character. */
function redact(secret: string, after: number): string {
  const hidden = secret.slice(after);
  const [least, mark] = shownPart(Buffer.byteLength(hidden));
  let shown = "";
  for (const character of hidden) {
    if (Buffer.byteLength(shown) >= least) break;
    shown += character;
  }
  return secret.slice(0, after) + shown + mark;
}

/** A webhook as `/webhooks` shows it: what authorises is cut short. */
export function showWebhook({ uuid, url, headers }: Webhook): Record<string, unknown> {
  const shown = Object.entries(headers)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [
      name,
      name.toLowerCase() === "authorization" ? redact(value, value.startsWith(BEARER) ? BEARER.length : 0) : value,
    ]);
  return { uuid, isEditable: true, url, headers: Object.fromEntries(shown) };
}
