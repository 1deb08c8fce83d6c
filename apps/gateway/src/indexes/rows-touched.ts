import type { Indexes, InterceptedCall } from "@miroir/store-contract";

/** The writes that change one row, and where their arguments name it. */
const ONE_ROW: Partial<Record<keyof Indexes, (args: readonly unknown[]) => unknown>> = {
  create: ([index]) => (index as { uid?: unknown } | undefined)?.uid,
  setPrimaryKey: ([uid]) => uid,
  replacePrimaryKey: ([uid]) => uid,
  touch: ([uid]) => uid,
  delete: ([uid]) => uid,
};

/** Which rows of the index registry a call to the store may change. A write that is not known here may change them all. */
export function rowsTouchedBy({ name, kind, args }: InterceptedCall): "none" | "all" | { readonly uid: string } {
  const [part, method = ""] = name.split(".");
  if (kind === "read" || (part !== "indexes" && part !== "rows") || method === "takeSequence") return "none";
  const uid = part === "indexes" ? ONE_ROW[method as keyof Indexes]?.(args) : undefined;
  return typeof uid === "string" ? { uid } : "all";
}
