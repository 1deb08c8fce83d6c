import type { Embedder, SettingKey, SettingsPatch } from "@miroir/meilisearch";
import { canonical, type SeenSettings } from "./canonical.ts";
import { nodeSettings } from "./internal-settings.ts";

export interface AgreementInput {
  readonly seen: readonly SeenSettings[];
  /** The digests of the settings that the nodes agreed on last; `null` when they never did. */
  readonly agreed: Readonly<Record<string, string>> | null;
  /** What was asked for since, when the nodes took it. */
  readonly patch: SettingsPatch;
  /** The nodes that know best what a setting has become for which there is no digest, or which was asked for. */
  readonly voters: ReadonlySet<string>;
  /** Settings that are not judged, since a later change is about them. */
  readonly excluded: ReadonlySet<string>;
}

export interface Agreement {
  /** The digests of what all nodes should have; of settings that are not judged, that from before. */
  readonly hashes: Readonly<Record<string, string>>;
  /** For each node that has something else, the settings update that would make it agree. */
  readonly diverging: ReadonlyMap<string, Record<string, unknown>>;
  /** Settings that no node has any more as they were agreed on: what most nodes have was taken instead. */
  readonly adopted: readonly string[];
}

/**
 * Decides, setting by setting, what all nodes should have: what they agreed on, and of what was asked for since, what most of the
 * voters have made of it, where equals are decided by what was asked for. A setting that a node does not show (it is of another version)
 * is not held against it.
 */
export function judgeAgreement({ seen, agreed, patch, voters, excluded }: AgreementInput): Agreement {
  const hashes: Record<string, string> = { ...agreed };
  const updates = new Map<string, Record<string, unknown>>();
  const adopted: string[] = [];
  const keys = new Set(seen.flatMap((node) => Object.keys(node.hashes)));
  for (const key of keys) {
    if (excluded.has(key)) continue;
    const isAsked = Object.hasOwn(patch, key);
    const before = isAsked ? undefined : agreed?.[key];
    const kept = before !== undefined && seen.find(({ hashes }) => hashes[key] === before);
    if (before !== undefined && !kept) adopted.push(key);
    const model = kept || elect(key, seen, patch[key as SettingKey], voters);
    if (!model) continue;
    const wanted = model.hashes[key] as string;
    hashes[key] = wanted;
    for (const node of seen) {
      const hash = node.hashes[key];
      if (hash === undefined || (hash === wanted && !node.broken.has(key))) continue;
      updates.set(node.node, { ...updates.get(node.node), ...updateTo(key, model, node) });
    }
  }
  return { hashes, diverging: updates, adopted };
}

/** The node to follow in one setting. */
function elect(
  key: string,
  seen: readonly SeenSettings[],
  asked: unknown,
  voters: ReadonlySet<string>,
): SeenSettings | undefined {
  const show = seen.filter(({ hashes }) => hashes[key] !== undefined);
  const entitled = show.filter(({ node }) => voters.has(node));
  const candidates = entitled.length > 0 ? entitled : show;
  const votes = (candidate: SeenSettings) =>
    candidates.filter(({ hashes }) => hashes[key] === candidate.hashes[key]).length +
    (isWhatWasAsked(key, candidate.client[key as SettingKey], asked) ? 0.5 : 0);
  return candidates.reduce<SeenSettings | undefined>(
    (best, next) => (best === undefined || votes(next) > votes(best) ? next : best),
    undefined,
  );
}

/** Whether everything that was asked for is there; what was not told in so many words (a reset, a secret) is not looked for. */
function isWhatWasAsked(key: string, value: unknown, asked: unknown): boolean {
  if (asked === null || asked === undefined || key === "apiKey") return true;
  if (typeof asked !== "object" || Array.isArray(asked)) return canonical(key, value) === canonical(key, asked);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(asked).every(([name, item]) =>
    isWhatWasAsked(name, (value as Record<string, unknown>)[name], item),
  );
}

/** The update after which `node` has what `model` has. */
function updateTo(key: string, model: SeenSettings, node: SeenSettings): Record<string, unknown> {
  if (key !== "embedders") return nodeSettings({ [key]: model.client[key as SettingKey] ?? null });
  const surplus = Object.keys(node.client.embedders).filter((name) => !Object.hasOwn(model.client.embedders, name));
  const embedders = Object.entries(model.client.embedders).map(([name, embedder]) => [name, withoutSecret(embedder)]);
  return {
    embedders: { ...Object.fromEntries(surplus.map((name) => [name, null])), ...Object.fromEntries(embedders) },
  };
}

/** A node shows only the beginning of a secret. One that is not told keeps the secret it has. */
function withoutSecret({ apiKey: _, ...embedder }: Embedder): Embedder {
  return embedder;
}
