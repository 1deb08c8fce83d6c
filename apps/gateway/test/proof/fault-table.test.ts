import { afterAll, describe, expect, it, vi } from "vitest";
import { BACKENDS } from "../support/shared-store.ts";
import { playCell, prepareTable } from "./fault-table/cell.ts";
import type { Finding } from "./history/check.ts";
import { FAULTS } from "./history/faults.ts";
import { type Stage, startStage } from "./history/stage.ts";

vi.setConfig({ testTimeout: 3_600_000, hookTimeout: 120_000 });

const IS_DEEP = process.env.MIROIR_TEST_DEEP !== undefined;
const SEED = Number(process.env.MIROIR_HISTORY_SEED ?? 1);

const NODES = 3;
const SUBSETS = Array.from({ length: 2 ** NODES - 1 }, (_, n) =>
  [...Array(NODES).keys()].filter((node) => ((n + 1) >> node) & 1),
);
const ALL = [...FAULTS.node, ...FAULTS.told, ...FAULTS.emptied];
/** The short form has one kind and one subset, by the seed. */
const CELLS = IS_DEEP ? null : { kind: FAULTS.told[SEED % FAULTS.told.length], nodes: SUBSETS[SEED % SUBSETS.length] };

/** Quick to find out what is wrong, and generous with a busy machine all the same. */
const ENV = {
  MIROIR_HEALTH_INTERVAL_MS: "100",
  MIROIR_HEALTH_TIMEOUT_MS: "1500",
  MIROIR_SCATTER_NODE_TIMEOUT_MS: "4000",
};

describe.each(IS_DEEP ? BACKENDS : (["sqlite"] as const))("while nodes fail, gateways on %s", (backend) => {
  let stage: Stage | null = null;
  const end = async () => {
    await stage?.close();
    stage = null;
  };
  afterAll(end);

  async function onStage(): Promise<Stage> {
    if (stage) return stage;
    const gateways = backend === "redis" ? 3 : 1;
    const servers = { backend, gateways, appendfsync: "everysec", nodes: NODES, env: ENV } as const;
    stage = await startStage({ ...servers, shards: 16, replicationFactor: 2, taskDelayMs: 2 }, SEED);
    await prepareTable(stage);
    return stage;
  }

  const kinds = CELLS ? ALL.filter((kind) => kind === CELLS.kind) : ALL;
  it.for(kinds.map((kind) => ({ kind, name: kind.name })))(
    "answer with the truth, or say that they cannot, and lose nothing: $name",
    async ({ kind }, { task }) => {
      const figures: Record<string, number> = { seed: SEED, subsets: 0 };
      task.meta.figures = figures;
      const findings: Finding[] = [];
      for (const [n, nodes] of SUBSETS.entries()) {
        if (CELLS && CELLS.nodes !== nodes) continue;
        const seed = SEED * 1_000 + ALL.indexOf(kind) * SUBSETS.length + n;
        const result = await playCell(await onStage(), { kind, nodes, seed });
        findings.push(...result.findings);
        figures.subsets = (figures.subsets ?? 0) + 1;
        for (const [name, count] of Object.entries(result.figures)) figures[name] = (figures[name] ?? 0) + count;
        // What comes next needs a whole table.
        if (result.hasLost || result.findings.length > 0) await end();
      }
      const byRule = Map.groupBy(findings, ({ rule }) => rule);
      expect([...byRule].map(([rule, of]) => `${rule} (seed ${SEED}, ${of.length} times): ${of[0]?.story}`)).toEqual(
        [],
      );
    },
  );
});
