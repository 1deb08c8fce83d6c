import { type MethodSpec, type PartName, STORE_METHODS } from "@miroir/store-contract";
import fc from "fast-check";
import { callsOver } from "./methods.ts";
import { type Operation, recalled } from "./operation.ts";
import { alphabet, keyOf, limit, tickMs } from "./values.ts";

const PARTS = Object.keys(STORE_METHODS) as PartName[];
/** Parts that need one another; any other part is a theme of its own. */
const TOGETHER: readonly (readonly PartName[])[] = [
  ["canaries", "canaryRuns"],
  ["scopedKeys", "gateways"],
];
/** Whose rows go through the most states. */
const RICH: readonly (readonly PartName[])[] = [["jobs"], ["jobs"], ["tasks"], ["indexes"]];
const THEMES = [...TOGETHER, ...RICH, ...PARTS.filter((part) => !TOGETHER.flat().includes(part)).map((part) => [part])];
/** Parts whose bound drops the oldest: of rows of the same millisecond the contract does not say which. */
const BOUNDED: readonly PartName[] = ["sessions", "idempotencyCache"];

function fenceOver(keys: readonly string[]): fc.Arbitrary<unknown> {
  const held = fc.nat(1).map((back) => ({
    scope: recalled("lease scope", back, "none"),
    epoch: recalled("lease epoch", back, 1),
  }));
  const any = fc.record({ scope: keyOf(keys), epoch: fc.constantFrom(1, 2, 3, 0) });
  return fc.oneof(
    { weight: 30, arbitrary: fc.constant(undefined) },
    { weight: 2, arbitrary: held },
    { weight: 1, arbitrary: any },
  );
}

/** How often a method is called: what makes rows more often than what takes them away, or there would be none to meet. */
function weightOf(method: string, { kind }: MethodSpec): number {
  if (kind === "read" || /^(delete|prune|clear|remove|reset|revokeBy|release|cancel)/.test(method)) return 1;
  return /^(create|put|enqueue|claim|record|acquire|reserve|rotate|append|note)/.test(method) ? 5 : 3;
}

/** The operations of one part. */
function operationsOf(part: PartName, keys: readonly string[]): fc.Arbitrary<Operation> {
  const calls = callsOver(keys)[part] as Readonly<Record<string, fc.Arbitrary<readonly unknown[]>>>;
  const shortest = BOUNDED.includes(part) ? 1 : 0;
  const fence = fenceOver(keys);
  return fc.oneof(
    ...Object.entries<MethodSpec>(STORE_METHODS[part]).map(([method, spec]) => ({
      weight: weightOf(method, spec),
      arbitrary: fc.record({
        part: fc.constant(part),
        method: fc.constant(method),
        args: calls[method] ?? fc.tuple(),
        fence: spec.kind === "write" ? fence : fc.constant(undefined),
        tickMs: tickMs.map((ms) => Math.max(shortest, ms)),
        handle: fc.nat(1),
      }),
    })),
  );
}

const ofStore: fc.Arbitrary<Operation> = fc
  .tuple(fc.oneof(fc.constant(null), limit), tickMs, fc.nat(1))
  .map(([swept, ms, handle]) => ({
    part: "store",
    method: swept === null ? "sizes" : "sweep",
    args: swept === null ? [] : [swept],
    fence: undefined,
    tickMs: ms,
    handle,
  }));

/**
 * Sequences of `length` operations over few keys. Most are about a few parts only, so that operations meet: what a mixture of
 * everything seldom reaches, random subsets do (Groce and others, "Swarm testing", 2012).
 */
export function sequences(length: number): fc.Arbitrary<readonly Operation[]> {
  const swarm = fc.oneof(
    { weight: 1, arbitrary: fc.constant(PARTS) },
    { weight: 4, arbitrary: fc.subarray(THEMES, { minLength: 1, maxLength: 2 }).map((themes) => themes.flat()) },
  );
  return fc.tuple(alphabet, swarm).chain(([keys, parts]) => {
    const operation = fc.oneof(
      { weight: 40, arbitrary: fc.oneof(...parts.map((part) => operationsOf(part, keys))) },
      { weight: 2, arbitrary: operationsOf("leaderLease", keys) },
      { weight: 2, arbitrary: operationsOf("rows", keys) },
      { weight: 1, arbitrary: ofStore },
    );
    return fc.array(operation, { minLength: length, maxLength: length });
  });
}
