import type { Readable } from "node:stream";
import type { Streams } from "./output.ts";
import type { Progress } from "./progress.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the program is started with. */
export interface Io extends Streams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly env: Environment;
}

/** What a command works with. */
export interface Surroundings extends Io {
  readonly progress: Progress;
}

/** What a command found or did. */
export interface Outcome {
  /** For `--json`. */
  readonly json: Readonly<Record<string, unknown>>;
  /** For people. */
  readonly text: string;
  /** What is not as it should be, a line each; with one, the program ends with {@link EXIT}.problems. */
  readonly problems: readonly ProblemLine[];
}

export interface ProblemLine {
  /** What it is about, such as a table and a key, or a node. */
  readonly subject: string;
  readonly problem: string;
  /** The same for `--json`, where there is more to tell than the two. */
  readonly json?: Readonly<Record<string, unknown>> | undefined;
}
