import type { GatewayRow } from "@miroir/schema";
import type { WriteOptions } from "../fence.ts";
import { durationMs, keyText } from "../input.ts";
import { type MethodSpecs, read, write } from "../methods.ts";
import { type Page, type PageRequest, pageRequest } from "../page.ts";

/** The gateways that are alive. Every method is one atomic step; a gateway past its deadline is absent. */
export interface Gateways {
  /** Says that a gateway is alive for `ttlMs` more, at this address. */
  heartbeat(gatewayId: string, address: string, ttlMs: number, options?: WriteOptions): Promise<GatewayRow>;
  /** The live ones, by gateway id. */
  list(page: PageRequest): Promise<Page<GatewayRow>>;
  /** A clean good-bye. @returns whether it was alive. */
  remove(gatewayId: string, options?: WriteOptions): Promise<boolean>;
}

export const gatewaysMethods: MethodSpecs<Gateways> = {
  heartbeat: write(keyText, keyText, durationMs),
  list: read(pageRequest),
  remove: write(keyText),
};
