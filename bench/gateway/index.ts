import { report } from "../goals.ts";
import { closeClient } from "./client.ts";
import { ingest } from "./ingest.ts";
import { passThrough } from "./pass-through.ts";
import { searches } from "./searches.ts";

/** Measures and prints what the gateway costs: reads of one node, searches over three, and documents on their way in. */
export async function run({ json }: { readonly json: boolean }): Promise<void> {
  const measurements = [...(await passThrough()), ...(await searches()), ...(await ingest())];
  closeClient();
  report(measurements, { json });
}
