import { join } from "node:path";
import { expect } from "vitest";
import { type Ended, filledFile, miroir, temporaryFolder } from "./miroir.ts";
import { runHere } from "./run-here.ts";

type Run = (args: readonly string[], env: Record<string, string>) => Promise<Ended>;

/**
 * Copies a file's store there and back, and looks at it in every way there is. One command runs in a process of its own, which ends only
 * when no connection is left open.
 */
export async function useAll(url: string, ...tls: string[]): Promise<void> {
  const folder = temporaryFolder();
  const path = join(folder, "miroir.db");
  await filledFile(path);
  const jsonBy = async (run: Run, ...args: string[]) => {
    const { code, stdout, stderr } = await run(["store", ...args, ...tls, "--json"], { THERE: url });
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout);
  };
  const json = (...args: string[]) => jsonBy(runHere, ...args);
  const there = await jsonBy(miroir, "copy", "--from", `sqlite:${path}`, "--to", url);
  expect((await json("stats", "--store", "env:THERE")).rows).toMatchObject({ tasks: 3, jobs: 1, aliases: 1 });
  expect((await json("check", "--store", url)).problems).toEqual([]);
  await json("backup", "--store", url, "--to", join(folder, "backup.db"));
  const sums = ({ tables }: { tables: { checksum: string }[] }) => tables.map(({ checksum }) => checksum);
  expect(sums(await json("check", "--store", `sqlite:${join(folder, "backup.db")}`))).toEqual(sums(there));
}
