export type KeyPart = string | number | Uint8Array;

const escapePart = (part: string): string => part.replaceAll("%", "%25").replaceAll(":", "%3A");
const unescapePart = (part: string): string => part.replaceAll("%3A", ":").replaceAll("%25", "%");

/** A key part as text: digests and other blobs as hex. */
export const partText = (part: KeyPart): string =>
  part instanceof Uint8Array ? Buffer.from(part).toString("hex") : String(part);

/**
 * A row's primary key as one text, which follows the table's name in the row's key and stands for the row in indexes. The last part
 * stays as it is, so that the bytes of the texts order rows as their keys do; in the others `:` and `%` are escaped, so that no two
 * keys become one. A text that would begin with `_` begins with two: `_index` and its like are not rows.
 */
export function memberOf(...key: readonly KeyPart[]): string {
  const parts = key.map(partText);
  const member = [...parts.slice(0, -1).map(escapePart), parts.at(-1)].join(":");
  return member.startsWith("_") ? `_${member}` : member;
}

/** What the members of all rows begin with whose first key parts are these. */
export const memberPrefix = (...first: readonly KeyPart[]): string => memberOf(...first, "");

/** The key parts of a member, of which there are `count`. */
export function partsOf(member: string, count: number): string[] {
  const parts = (member.startsWith("_") ? member.slice(1) : member).split(":");
  return [...parts.slice(0, count - 1).map(unescapePart), parts.slice(count - 1).join(":")];
}

export const MAX_PREFIX_LENGTH = 64;

/**
 * The names of everything a store keeps under its prefix:
 *
 *     {miroir}:aliases:products            a row: hash, one field a column
 *     {miroir}:aliases:_index              the keys of a table's rows: sorted set
 *     {miroir}:tasks:_by_status:failed     a further index
 *     {miroir}:_schema                     the schema's version
 *     {miroir}:_replies:<handle>           answers of the last writes (scripts/includes/write.lua)
 *
 * One hash tag for all tables, not one for each: a Cluster runs a script only on keys of one slot, and any write may be fenced by a
 * lease, a canary's runs go with their canary, and a scoped key is settled by looking at the gateways. With a tag for each table a
 * fence would have to be copied into every table's slot by every acquire, renew and release, and between two copies a paused
 * leader could still write. The price is that one store lives on one master of a Cluster; several stores (prefixes) spread.
 */
export function createKeys(prefix: string, db: number) {
  const head = `{${prefix}}:`;
  return {
    head,
    row: (table: string, ...key: readonly KeyPart[]): string => `${head}${table}:${memberOf(...key)}`,
    index: (table: string, name = "index", ...of: readonly KeyPart[]): string =>
      `${head}${table}:${[`_${name}`, ...of.map(partText)].join(":")}`,
    schema: `${head}_schema`,
    replies: (handle: string): string => `${head}_replies:${handle}`,
    /** Channels are not keys: the databases of one server share them. */
    channel: `${head}_changes:${db}`,
  };
}

export type Keys = ReturnType<typeof createKeys>;
