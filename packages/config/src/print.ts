import type { Settings } from "./schema.ts";
import { SETTINGS } from "./settings.ts";
import { isTree, setAt, type Tree } from "./tree.ts";

const HIDDEN = "***";

function valueAt(tree: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, part) => (isTree(value) ? value[part] : undefined), tree);
}

/** The settings with every secret that is set shown as `***`. */
export function withoutSecrets(settings: Settings): Tree {
  const copy: Tree = structuredClone(settings);
  for (const { path, isSecret } of SETTINGS) {
    if (isSecret && valueAt(copy, path) !== null) setAt(copy, path, HIDDEN);
  }
  return copy;
}
