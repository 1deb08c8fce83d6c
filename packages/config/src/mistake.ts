/** Something wrong with the configuration, at the place the operator has to change. */
export interface Mistake {
  /** A path of the file (`nodes[1].address`), an environment variable, or a flag. */
  readonly where: string;
  readonly text: string;
}

/** All mistakes of a configuration at once; nothing was started. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[]) {
    super(mistakes.map(({ where, text }) => `${where}: ${text}`).join("\n"));
    this.mistakes = mistakes;
  }
}

/** A path as people write it: `nodes[1].address`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, i) => (typeof part === "number" ? `[${part}]` : `${i === 0 ? "" : "."}${String(part)}`))
    .join("");
}
