import { z } from "zod";
import { jsonObject } from "./json.ts";

export const CANARY_STATUSES = ["pass", "fail", "error"] as const;
export type CanaryStatus = (typeof CANARY_STATUSES)[number];

/** One thing a canary expects of its answer; `type` names the assertion, the rest are its parameters. */
export const canaryAssertion = z.intersection(z.object({ type: z.string() }), jsonObject);
export type CanaryAssertion = z.infer<typeof canaryAssertion>;

export const canaryAssertions = z.array(canaryAssertion);
