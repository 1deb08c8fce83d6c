import { expect, it } from "vitest";
import { createLocalQueue } from "../../src/turns/local-queue.ts";

it("works on an index come one after another in order, failures included; other indexes do not wait", async () => {
  const locks = createLocalQueue();
  const log: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = locks.run("a", async () => {
    log.push("a1 begins");
    await gate.promise;
    log.push("a1 fails");
    throw new Error("no");
  });
  const second = locks.run("a", async () => log.push("a2"));
  await locks.run("b", async () => log.push("b1"));
  gate.resolve();
  await expect(first).rejects.toThrow("no");
  await second;
  await locks.run("a", async () => log.push("a3"));
  expect(log).toEqual(["a1 begins", "b1", "a1 fails", "a2", "a3"]);
});
