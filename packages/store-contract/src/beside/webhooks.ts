import type { WebhookHeaders, WebhookRow } from "@miroir/schema";
import { z } from "zod";
import type { WriteOptions } from "../fence.ts";
import { keyedBy, keyText, positive, time, valueText } from "../input.ts";
import { type MethodSpecs, read, write } from "../methods.ts";
import { type Page, type PageRequest, pageRequest } from "../page.ts";

export interface WebhookInput {
  readonly uuid: string;
  readonly url: string;
  readonly headers: Readonly<WebhookHeaders>;
}

/** Where finished tasks are sent. Every method is one atomic step. */
export interface Webhooks {
  /**
   * Creates a webhook where `expectedUpdatedAt` is `null`, replaces that version of it otherwise. `updatedAt` is now, or one more than
   * before where the clock has not moved on.
   * @throws version_conflict when there is another version, one where none is expected, or none where one is; capacity_exceeded when it
   * would be one more than `max`.
   */
  put(
    webhook: WebhookInput,
    expectedUpdatedAt: number | null,
    max: number,
    options?: WriteOptions,
  ): Promise<WebhookRow>;
  get(uuid: string): Promise<WebhookRow | null>;
  /** By uuid. */
  list(page: PageRequest): Promise<Page<WebhookRow>>;
  /** @returns whether it was there. */
  delete(uuid: string, options?: WriteOptions): Promise<boolean>;
}

const webhook = z.strictObject({ uuid: keyText, url: valueText, headers: keyedBy(valueText) });

export const webhooksMethods: MethodSpecs<Webhooks> = {
  put: write(webhook, time.nullable(), positive),
  get: read(keyText),
  list: read(pageRequest),
  delete: write(keyText),
};
