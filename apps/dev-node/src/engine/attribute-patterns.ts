/** Whether `path` is `pattern`, matches its wildcard at the start or the end, or lies below it (`a` covers `a.b`). */
export function matchesAttribute(pattern: string, path: string): boolean {
  if (matchesPattern(pattern, path)) return true;
  for (let dot = path.lastIndexOf("."); dot > 0; dot = path.lastIndexOf(".", dot - 1)) {
    if (matchesPattern(pattern, path.slice(0, dot))) return true;
  }
  return false;
}

/** `*`, `abc*`, `*abc`, `*abc*`, or the plain name. */
export function matchesPattern(pattern: string, path: string): boolean {
  if (pattern === "*") return true;
  const open = pattern.startsWith("*");
  const close = pattern.endsWith("*");
  if (open && close) return path.includes(pattern.slice(1, -1));
  if (close) return path.startsWith(pattern.slice(0, -1));
  if (open) return path.endsWith(pattern.slice(1));
  return pattern === path;
}
