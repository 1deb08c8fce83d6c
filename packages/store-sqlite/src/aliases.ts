import { type AliasRow, aliases, aliasesKeyspace } from "@miroir/schema";
import { type Aliases, flippedAliasRow, newAliasRow, pointsAt } from "@miroir/store-contract";
import { alreadyExists, type Context, illegalTransition, notFound, type Sync, versionConflict } from "./context.ts";
import { createNamedList } from "./named-list.ts";
import { createRows } from "./rows.ts";

const TABLE = "aliases";

export function createAliases(context: Context): Sync<Aliases> {
  const { clock } = context;
  const rows = createRows(context, aliasesKeyspace);
  const list = createNamedList(context, aliasesKeyspace, aliases.name, "name");
  const conflict = (alias: AliasRow, expected: number) =>
    versionConflict(TABLE, `the version is ${alias.version}, not ${expected}`, alias.name);

  return {
    create(name, targets) {
      if (rows.get(name) !== null) throw alreadyExists(TABLE, name);
      const alias = newAliasRow(name, targets, clock.now());
      rows.insert(alias);
      return alias;
    },
    get: (name) => rows.get(name),
    list: (page) => list(page),
    flip(name, targets, expectedVersion, keepHistory) {
      const alias = rows.get(name);
      if (alias === null) throw notFound(TABLE, name);
      if (alias.version === expectedVersion + 1 && pointsAt(alias, targets)) return alias;
      if (alias.version !== expectedVersion) throw conflict(alias, expectedVersion);
      if (alias.kind !== targets.kind) throw illegalTransition(TABLE, `the alias is ${alias.kind}`, name);
      const flipped = flippedAliasRow(alias, targets, keepHistory, clock.now());
      rows.put(flipped);
      return flipped;
    },
    delete(name, expectedVersion) {
      const alias = expectedVersion === null ? null : rows.get(name);
      if (alias !== null && alias.version !== expectedVersion) throw conflict(alias, expectedVersion ?? 0);
      return rows.delete(name);
    },
  };
}
