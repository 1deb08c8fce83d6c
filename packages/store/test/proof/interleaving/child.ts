import { openStore } from "../../../src/index.ts";
import { OBJECTS } from "./all-objects.ts";
import { type Plan, runCallers } from "./callers.ts";

// Opens the file it is given, runs callers on it as it is told, and sends what they were told.
const [path = "", name = ""] = process.argv.slice(2);
const store = await openStore({ backend: "sqlite", path, synchronous: "NORMAL" });
const handles = new Map([[name, store]]);

process.on("message", async ({ object, plan }: { object: number; plan: Plan }) => {
  process.send?.(await runCallers(handles, OBJECTS[object] as (typeof OBJECTS)[number], plan));
});
process.on("disconnect", () => void store.close());
process.send?.("ready");
