import { redact } from "../answer/redact.ts";
import type { Webhook } from "./parse-webhook.ts";

const BEARER = "Bearer ";

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
