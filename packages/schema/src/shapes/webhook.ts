import { z } from "zod";

/** Header values by name, as they are sent. */
export const webhookHeaders = z.record(z.string(), z.string());
export type WebhookHeaders = z.infer<typeof webhookHeaders>;
