import { createInterface } from "node:readline/promises";
import type { Io } from "./outcome.ts";
import { UsageError } from "./usage.ts";

/**
 * Has the name of what is about to be destroyed typed again. Where nobody can be asked, `--confirm` must hold it.
 * @throws UsageError when the name is not given, or another one is.
 */
export async function confirm(
  { stdin, stderr }: Pick<Io, "stdin" | "stderr">,
  { what, name, given }: { readonly what: string; readonly name: string; readonly given: string | undefined },
): Promise<void> {
  const answer = given ?? (stdin.isTTY ? await ask(`This ${what}. Type ${name} to go on: `) : undefined);
  if (answer === undefined) throw new UsageError(`this ${what}: --confirm ${name} says that it is meant`);
  if (answer !== name) throw new UsageError(`${answer} is not ${name}; nothing was done`);

  async function ask(question: string): Promise<string> {
    const lines = createInterface({ input: stdin, output: stderr });
    try {
      return await lines.question(question);
    } finally {
      lines.close();
    }
  }
}
