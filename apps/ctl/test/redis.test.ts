import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { startRedis } from "@miroir/store/test-redis";
import { expect, it, onTestFinished } from "vitest";
import { filledFile, temporaryFolder } from "./support/miroir.ts";
import { runHere } from "./support/run-here.ts";

const PASSWORD = "s3cret";

/** A server with a password, unless another one is given. */
async function redisUrl(): Promise<string> {
  const { url, stop } = await startRedis(["--requirepass", PASSWORD]);
  onTestFinished(stop);
  return url === process.env.MIROIR_TEST_REDIS_URL ? url : url.replace("//", `//default:${PASSWORD}@`);
}

it("moves a store to Redis and back, and tells nobody the password", { timeout: 60_000 }, async () => {
  const folder = temporaryFolder();
  const [path, back] = [join(folder, "miroir.db"), join(folder, "back.db")];
  await filledFile(path);
  const prefix = `test-${randomBytes(8).toString("hex")}`;
  const redis = `${await redisUrl()}/1?prefix=${prefix}`;
  const outputs: string[] = [];
  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await runHere(["store", ...args, "--json"], { TARGET: redis });
    expect(code, stderr).toBe(0);
    outputs.push(stdout, stderr);
    return JSON.parse(stdout);
  };
  const there = await json("copy", "--from", `sqlite:${path}`, "--to", redis);
  expect((await json("stats", "--store", "env:TARGET")).rows).toMatchObject({ tasks: 3, jobs: 1, aliases: 1 });
  const backAgain = await json("copy", "--from", "env:TARGET", "--to", `sqlite:${back}`);
  const checked = await json("check", "--store", `sqlite:${back}`);
  const sums = ({ tables }: { tables: { checksum: string }[] }) => tables.map(({ checksum }) => checksum);
  expect(sums(backAgain)).toEqual(sums(there));
  expect(sums(checked)).toEqual(sums(there));
  await json("backup", "--store", "env:TARGET", "--to", join(folder, "backup.db"));
  await json("copy", "--from", `sqlite:${path}`, "--to", redis, "--overwrite", "--confirm", redis);
  expect(there.to).toContain(prefix);
  expect(outputs.join("")).not.toContain(PASSWORD);
});
