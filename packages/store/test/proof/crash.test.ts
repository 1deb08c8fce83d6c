import { once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { temporary } from "../support/folder.ts";
import { judge, readSaid } from "./crash/judge.ts";
import { startWriter } from "./crash/start-writer.ts";
import { createRandom, SEED } from "./random.ts";

const isDeep = process.env.MIROIR_TEST_DEEP !== undefined;
/** Kills of writers with a thread and of those without, together. */
const KILLS = isDeep ? 100 : 8;
/** After so many the next writers get a new file: what is looked at each time stays small. */
const KILLS_A_FILE = 5;
const MAX_ACKNOWLEDGED = 300;
const MAX_OPENING_MS = 300;

interface Writer {
  readonly args: readonly string[];
  /** It is killed a moment after so many acknowledgements; after none, while it starts. */
  readonly acknowledgements: number;
  readonly momentMs: number;
}

/** Starts a writer and kills it. @returns all it said. */
async function writeAndKill({ args, acknowledgements, momentMs }: Writer): Promise<string> {
  const said = temporary("said");
  const kill = () => setTimeout(() => writer.kill("SIGKILL"), momentMs);
  const onAcknowledged = (count: number) => void (count === acknowledgements && kill());
  const writer = startWriter({ said, args, onAcknowledged });
  if (acknowledgements === 0) kill();
  const [code, signal] = await once(writer, "close");
  if (signal !== "SIGKILL") throw new Error(`the writer ended by itself (${code ?? signal})`);
  return readFileSync(said, "utf8");
}

describe("a SQLite store whose process is killed with -9", () => {
  it.for(["FULL", "NORMAL"])(
    `keeps what it acknowledged, and of what was under way all or nothing (synchronous=%s)`,
    { timeout: 3_600_000 },
    async (synchronous, { task }) => {
      const random = createRandom(SEED);
      let path = "";
      let settled: ReadonlyMap<string, number> = new Map();
      const figures = { kills: 0, acknowledged: 0, underWayAndKept: 0 };
      for (let kill = 0; kill < KILLS / 2; kill++) {
        if (kill % KILLS_A_FILE === 0) {
          path = temporary(`miroir-${kill}.db`);
          settled = new Map();
        }
        const mode = kill % 2 === 0 ? "worker" : "local";
        const isStarting = kill % 4 === 3;
        const text = await writeAndKill({
          args: [path, mode, synchronous, String(random.below(2 ** 31)), String(kill)],
          acknowledgements: isStarting ? 0 : 1 + random.below(MAX_ACKNOWLEDGED),
          momentMs: random.below(isStarting ? MAX_OPENING_MS : 5),
        });
        const verdict = await judge(path, readSaid(text), settled);
        expect(verdict.problems, `seed ${SEED}, kill ${kill}`).toEqual([]);
        expect(verdict.lost, `seed ${SEED}, kill ${kill}`).toBe(0);
        settled = verdict.progress;
        figures.kills++;
        figures.acknowledged += verdict.acknowledged;
        figures.underWayAndKept += verdict.unacknowledgedKept;
      }
      expect(figures.acknowledged).toBeGreaterThan(0);
      task.meta.figures = figures;
    },
  );
});
