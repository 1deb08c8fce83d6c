import { isIndexUid, MeilisearchError } from "@miroir/meilisearch";
import type { AliasTargets } from "@miroir/store-contract";

const MOST_TARGETS = 100;

const invalid = (message: string) => new MeilisearchError("miroir_invalid_alias", message);

type Members = Readonly<Record<string, unknown>>;

function membersOf(body: unknown, known: readonly string[]): Members {
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw invalid("The body must be an object.");
  const unknown = Object.keys(body).find((member) => !known.includes(member));
  if (unknown !== undefined)
    throw invalid(`Unknown member \`${unknown}\`: expected ${known.map((member) => `\`${member}\``).join(", ")}.`);
  return body as Members;
}

function readUid(member: string, value: unknown): string {
  if (typeof value === "string" && isIndexUid(value)) return value;
  throw invalid(`\`${member}\` must be named as an index is: letters, digits, \`-\` and \`_\`, 512 bytes at most.`);
}

/** What an alias is to point at: `index`, or `indexes`. @throws MeilisearchError miroir_invalid_alias */
export function readTargets(body: unknown, others: readonly string[]): AliasTargets {
  const { index, indexes } = membersOf(body, ["index", "indexes", ...others]);
  if ((index === undefined) === (indexes === undefined))
    throw invalid("Give either `index`, the one it stands for, or `indexes`, all those it stands for.");
  if (index !== undefined) return { kind: "single", currentUid: readUid("index", index) };
  if (!Array.isArray(indexes) || indexes.length === 0 || indexes.length > MOST_TARGETS)
    throw invalid(`\`indexes\` must be a list of 1 to ${MOST_TARGETS} indexes.`);
  const targetUids = indexes.map((uid, at) => readUid(`indexes[${at}]`, uid));
  if (new Set(targetUids).size < targetUids.length) throw invalid("`indexes` names an index twice.");
  return { kind: "multi", targetUids };
}

/** @throws MeilisearchError miroir_invalid_alias */
export function readNewAlias(body: unknown): { readonly name: string; readonly targets: AliasTargets } {
  const targets = readTargets(body, ["name"]);
  return { name: readUid("name", (body as Members).name), targets };
}

/** The version that the caller knows. @throws MeilisearchError miroir_invalid_alias */
export function readVersion(body: unknown): number {
  const { version } = body as Members;
  if (typeof version === "number" && Number.isSafeInteger(version) && version >= 1) return version;
  throw invalid("`version` must be the version of the alias that you want to change.");
}
