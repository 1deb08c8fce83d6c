import type { AliasRow } from "@miroir/schema";
import { flippedAliasRow, newAliasRow, pointsAt } from "../src/rules/alias-history.ts";
import type { Aliases } from "../src/tables/aliases.ts";
import { type Model, pageOf, refuse, type Sync } from "./model.ts";

export function createAliases({ tables: { aliases }, now }: Model): Sync<Aliases> {
  const keep = (row: AliasRow): AliasRow => {
    aliases.set(row);
    return row;
  };
  const conflict = (name: string, operation: string, row: AliasRow) =>
    refuse("version_conflict", "aliases", operation, [name], `it is in version ${row.version}`);
  return {
    create(name, targets) {
      if (aliases.get(name) !== null) {
        throw refuse("already_exists", "aliases", "create", [name], "there is such an alias");
      }
      return keep(newAliasRow(name, targets, now()));
    },
    get: (name) => aliases.get(name),
    list: (page) => pageOf(aliases.all(), page, ["string"], (row) => [row.name]),
    flip(name, targets, expectedVersion, keepHistory) {
      const row = aliases.get(name);
      if (row === null) throw refuse("not_found", "aliases", "flip", [name], "no such alias");
      if (row.version === expectedVersion + 1 && pointsAt(row, targets)) return row;
      if (row.version !== expectedVersion) throw conflict(name, "flip", row);
      if (row.kind !== targets.kind) {
        throw refuse("illegal_transition", "aliases", "flip", [name], `it is ${row.kind}, not ${targets.kind}`);
      }
      return keep(flippedAliasRow(row, targets, keepHistory, now()));
    },
    delete(name, expectedVersion) {
      const row = aliases.get(name);
      if (row !== null && expectedVersion !== null && row.version !== expectedVersion) {
        throw conflict(name, "delete", row);
      }
      return aliases.delete(row);
    },
  };
}
