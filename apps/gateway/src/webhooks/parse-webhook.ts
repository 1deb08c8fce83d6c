import {
  canonicalUuid,
  type ErrorCode,
  type FieldTable,
  MeilisearchError,
  orNull,
  readBody,
  readRecord,
  readString,
} from "@miroir/meilisearch";

/** What a client sends about a webhook; absent stays as it is. `null` clears the headers, or removes one of them. */
export interface WebhookChange {
  readonly url?: string | null;
  readonly headers?: Readonly<Record<string, string | null>> | null;
}

export interface Webhook {
  readonly uuid: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const MOST_WEBHOOKS = 20;
const MOST_HEADERS = 200;
/** The uuid of the one webhook that a node takes from its command line. The gateway has none, and still gives it to no other. */
const NIL = "00000000-0000-0000-0000-000000000000";

const immutable = (code: ErrorCode, field: string) => ({
  code,
  read: (): never => {
    throw new MeilisearchError(code, `Immutable field \`${field}\`: expected one of \`url\`, \`headers\``);
  },
});

const FIELDS: FieldTable<Required<WebhookChange> & Record<"uuid" | "isEditable", never>> = {
  url: { code: "invalid_webhook_url", read: orNull(readString) },
  headers: { code: "invalid_webhook_headers", read: orNull(readRecord(orNull(readString))) },
  uuid: immutable("immutable_webhook_uuid", "uuid"),
  isEditable: immutable("immutable_webhook_is_editable", "isEditable"),
};

/** Checks the parsed body of `POST /webhooks` and `PATCH /webhooks/{uuid}`, as far as it can be without the webhook. */
export const parseWebhookChange = (body: unknown): WebhookChange => readBody(FIELDS, body);

/** @throws MeilisearchError invalid_webhook_uuid */
export function parseWebhookUuid(text: string): string {
  const uuid = canonicalUuid(text);
  if (uuid !== null) return uuid;
  throw new MeilisearchError("invalid_webhook_uuid", `Invalid UUID: \`${text}\` is none.`);
}

/** @throws MeilisearchError immutable_webhook */
export function refuseImmutable(uuid: string): void {
  if (uuid !== NIL) return;
  throw new MeilisearchError(
    "immutable_webhook",
    `Webhook \`${uuid}\` is immutable. The webhook defined from the command line cannot be modified using the API.`,
  );
}

export const tooManyWebhooks = (): MeilisearchError =>
  new MeilisearchError(
    "invalid_webhooks",
    `Defining too many webhooks would crush the server. Please limit the number of webhooks to ${MOST_WEBHOOKS}. You may use a third-party proxy server to dispatch events to more than ${MOST_WEBHOOKS} endpoints.`,
  );

/** A new webhook. @throws MeilisearchError invalid_webhook_url, invalid_webhook_headers */
export function newWebhook(uuid: string, { url, headers }: WebhookChange): Webhook {
  // A node takes a header without a value for an empty one here.
  const given = Object.entries(headers ?? {}).map(([name, value]) => [name, value ?? ""]);
  return checked({ uuid, url: url ?? "", headers: Object.fromEntries(given) });
}

/** The webhook after a change. @throws MeilisearchError invalid_webhook_url, invalid_webhook_headers */
export function changedWebhook(webhook: Webhook, { url, headers }: WebhookChange): Webhook {
  if (url === null) throw missingUrl(webhook.uuid);
  const merged = headers === null ? {} : { ...webhook.headers, ...headers };
  const kept = Object.entries(merged).filter((header): header is [string, string] => header[1] !== null);
  return checked({ uuid: webhook.uuid, url: url ?? webhook.url, headers: Object.fromEntries(kept) });
}

const missingUrl = (uuid: string): MeilisearchError =>
  new MeilisearchError("invalid_webhook_url", `The URL for the webhook \`${uuid}\` is missing.`);

const NAME = /^[!#$%&'*+\-.^_`|~\w]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: which of them a value may not have is what this says
const VALUE = /^[^\0-\x08\x0a-\x1f\x7f]*$/;

function checked(webhook: Webhook): Webhook {
  const { uuid, url, headers } = webhook;
  if (url === "") throw missingUrl(uuid);
  if (Object.keys(headers).length > MOST_HEADERS)
    throw new MeilisearchError(
      "invalid_webhook_headers",
      `Too many headers for the webhook \`${uuid}\`. Please limit the number of headers to ${MOST_HEADERS}. Hint: To remove an already defined header set its value to \`null\``,
    );
  for (const [name, value] of Object.entries(headers)) {
    if (!NAME.test(name))
      throw new MeilisearchError(
        "invalid_webhook_headers",
        `Invalid header name \`${name}\`: invalid HTTP header name`,
      );
    // The value may be a secret, which texts are no place for.
    if (!VALUE.test(value))
      throw new MeilisearchError(
        "invalid_webhook_headers",
        `Invalid header value \`${name}\`: failed to parse header value`,
      );
  }
  if (!URL.canParse(url)) throw new MeilisearchError("invalid_webhook_url", `Invalid URL \`${url}\`.`);
  return webhook;
}
