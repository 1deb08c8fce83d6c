import { shardOf } from "@miroir/routing";
import { type Finding, type Models, storyOf } from "./check.ts";
import { inPart } from "./model.ts";
import { ABSENT, type History, SETTINGS, seen, stateOf } from "./record.ts";
import type { Stage } from "./stage.ts";

const LIMIT = 100_000;

type Stored = Readonly<Record<string, unknown>>;

/** The documents of an index as a node of its own says it has them, by id. */
async function documentsOn(stage: Stage, at: number, index: string): Promise<Map<string, Stored>> {
  const answer = await stage.nodes[at]?.ask("POST", `/indexes/${index}/documents/fetch`, { limit: LIMIT });
  const documents: Stored[] = answer?.body.results ?? [];
  return new Map(documents.map((document) => [String(document.id), document]));
}

/** With its fields in the order of their names: their order says nothing of what a document is. */
function contentOf(document: Stored | undefined): string {
  if (document === undefined) return ABSENT;
  const fields = Object.entries(document).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(fields));
}

export async function ownersOfShards(stage: Stage): Promise<string[][]> {
  const answer = await stage.gateways[0]?.ask("GET", "/_miroir/shards");
  const shards: { owners: { nodes: string[] }[] }[] = answer?.body.shards ?? [];
  return shards.map(({ owners }) => owners.flatMap(({ nodes }) => nodes));
}

/**
 * Asks each node past its gateways. @returns what differs among the replicas of a shard, what is where it does not belong, and what
 * the history does not explain
 */
export async function checkReplicas(stage: Stage, history: History, models: Models, index: string): Promise<Finding[]> {
  const owners = await ownersOfShards(stage);
  const held = await Promise.all(stage.nodes.map((_, at) => documentsOn(stage, at, index)));
  const written = models.keys.flatMap((key) => (key.index === index && key.id !== SETTINGS ? [key.id] : []));
  const ids = new Set([...written, ...held.flatMap((documents) => [...documents.keys()])]);
  const findings: Finding[] = [];
  for (const id of [...ids].sort()) {
    const shard = shardOf(id, stage.shards);
    const onNodes = stage.nodes.map((node, at) => {
      const document = held[at]?.get(id);
      const state = document === undefined ? ABSENT : seen(document).state;
      return { isOwner: owners[shard]?.includes(node.id) === true, at, content: contentOf(document), state };
    });
    const model = models.of(index, id);
    const list = onNodes.map(({ at, isOwner, content }) => `  node ${at}${isOwner ? "" : ", no owner"}: ${content}`);
    const tell = (rule: string) =>
      findings.push({ rule, story: [`${index}/${id} of shard ${shard}`, ...list, storyOf(history, model)].join("\n") });
    const replicas = onNodes.filter(({ isOwner }) => isOwner);
    if (new Set(replicas.map(({ content }) => content)).size > 1) tell("replicas are equal");
    if (onNodes.some(({ isOwner, content }) => !isOwner && content !== ABSENT)) tell("a document is where it belongs");
    const isLost = history.lost?.shards.has(shard) === true;
    const allowed = isLost ? inPart(model, Number.POSITIVE_INFINITY) : model.states.at(-1);
    if (replicas.some(({ state }) => allowed?.has(state) !== true))
      tell("what was acknowledged is there, and nothing else");
  }
  return findings;
}

/** Settings have to be the same on all nodes, and those that were acknowledged last, or tried since. */
export async function checkSettings(stage: Stage, history: History, models: Models, index: string): Promise<Finding[]> {
  const answers = await Promise.all(stage.nodes.map(({ ask }) => ask("GET", `/indexes/${index}/settings`)));
  const model = models.of(index, SETTINGS);
  const list = answers.map(({ text }, at) => `  node ${at}: ${text}`);
  const story = [index, ...list, storyOf(history, model)].join("\n");
  const findings: Finding[] = [];
  if (new Set(answers.map(({ text }) => text)).size > 1) findings.push({ rule: "settings are equal", story });
  const stateIn = (settings: { synonyms?: { token?: string[] } } | undefined) => {
    const [token] = settings?.synonyms?.token ?? [];
    return token === undefined ? ABSENT : stateOf(token, undefined);
  };
  if (answers.some(({ body }) => model.states.at(-1)?.has(stateIn(body)) !== true))
    findings.push({ rule: "the settings acknowledged last are in force", story });
  return findings;
}
