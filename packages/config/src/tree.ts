/** Settings before they are checked: nested plain objects. */
export type Tree = { [key: string]: unknown };

export const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Sets what stands at `path`, making the blocks on the way; what is there and no block gives way. */
export function setAt(tree: Tree, path: readonly string[], value: unknown): void {
  const [head, ...rest] = path;
  if (head === undefined) return;
  if (rest.length === 0) {
    tree[head] = value;
    return;
  }
  const child = tree[head];
  const block: Tree = isTree(child) ? child : {};
  tree[head] = block;
  setAt(block, rest, value);
}

/** A copy without what stands at `path`; a list on the way is left out whole. */
export function without(tree: Tree, path: readonly PropertyKey[]): Tree {
  const [head, ...rest] = path;
  if (typeof head !== "string") return tree;
  const { [head]: child, ...others } = tree;
  return isTree(child) && rest.length > 0 ? { ...others, [head]: without(child, rest) } : others;
}
