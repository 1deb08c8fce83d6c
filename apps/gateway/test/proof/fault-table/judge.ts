import type { Answer } from "../../support/http.ts";
import type { Finding } from "../history/check.ts";
import { type Flag, readFlags } from "../history/flags.ts";

/** Which nodes something is wrong with, and which nodes hold which shard. */
export interface Trouble {
  readonly nodes: ReadonlySet<string>;
  /** Whether these have lost all they had: their settings too, without which they take some reads for wrong. */
  readonly areEmpty: boolean;
  readonly owners: readonly (readonly string[])[];
}

/** What was asked and answered; `answer` is null when none came in the time that a client has. */
export interface Exchange {
  readonly what: string;
  /** The shards it needs. */
  readonly shards: readonly number[];
  readonly answer: Answer | null;
}

export type Outcome = "complete" | "flagged" | "refused" | "unanswered";

const RETRIED = [429, 503];

/** Whether a copy is left of a shard with whose node nothing is wrong. */
export const isCovered = ({ nodes, owners }: Trouble, shard: number): boolean =>
  owners[shard]?.some((node) => !nodes.has(node)) === true;

/** How an exchange ended, and what is wrong with that, whatever the answer says of documents. */
export function judge(exchange: Exchange, trouble: Trouble): { outcome: Outcome; findings: Finding[] } {
  const { what, shards, answer } = exchange;
  const findings: Finding[] = [];
  const find = (rule: string, more = "") =>
    findings.push({
      rule,
      story: `${what}, ${[...trouble.nodes]} in trouble: ${more}${answer?.status} ${answer?.text.slice(0, 300)}`,
    });
  const needsTrouble = shards.some((shard) => !isCovered(trouble, shard));
  if (answer === null) {
    find("an answer comes in time");
    return { outcome: "unanswered", findings };
  }
  const isGood = answer.status < 300 || answer.body?.code === "document_not_found";
  if (!isGood) {
    const { message, code, type, link } = answer.body ?? {};
    const isOfForm = [message, code, type, link].every((text) => typeof text === "string" && text !== "");
    const isRetried = RETRIED.includes(answer.status) || (answer.status === 400 && trouble.areEmpty && needsTrouble);
    if (!isOfForm || !isRetried) find("an error is one that a client can try again after");
    // A busy machine's store may take too long, whatever nodes do.
    if (!needsTrouble && code !== "miroir_store_unavailable") find("one copy of each shard is enough");
    return { outcome: "refused", findings };
  }
  const header = answer.headers.get("x-miroir-degraded");
  const flags = readFlags(header);
  if (flags === null) find("a flag can be read", `${header} `);
  for (const flag of flags ?? []) if (!isSo(flag, exchange, trouble)) find("a flag is true", `${header} `);
  return { outcome: header === null ? "complete" : "flagged", findings };
}

/** Whether what a flag says can be so: shards are missing or old only where no copy is well, and by so much. */
function isSo({ reason, shards, coverage, nodes }: Flag, exchange: Exchange, trouble: Trouble): boolean {
  const part = reason === "unavailable_shards" ? shards.length / exchange.shards.length : 0;
  const isCoverage = coverage === null || coverage === (Math.floor((1 - part) * 10_000) / 10_000).toFixed(4);
  const areShards = shards.every((shard) => exchange.shards.includes(shard) && !isCovered(trouble, shard));
  return isCoverage && areShards && nodes.every((node) => trouble.nodes.has(node));
}
