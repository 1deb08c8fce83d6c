import { aliasesKeyspace } from "@miroir/schema";
import type { Aliases, AliasTargets } from "@miroir/store-contract";
import type { Context } from "./context.ts";
import { memberOf } from "./keys.ts";
import { listByName } from "./pages.ts";
import { createRows } from "./rows.ts";

const columns = (targets: AliasTargets) => ({
  kind: targets.kind,
  currentUid: targets.kind === "single" ? targets.currentUid : null,
  targetUids: targets.kind === "multi" ? [...targets.targetUids] : null,
});

export function createAliases(context: Context): Aliases {
  const rows = createRows(context, aliasesKeyspace);
  return {
    async create(name, targets, options) {
      const fields = rows.encode({ name, ...columns(targets), version: 1, history: [] });
      const run = { keys: [rows.index()], args: [memberOf(name), "0", ...fields] };
      return rows.one(await rows.write("create-row", [name], run, options), [name], fields);
    },
    get: (name) => rows.get(name),
    list: (page) => listByName(context, rows, page),
    async flip(name, targets, expectedVersion, keepHistory, options) {
      const { kind, currentUid, targetUids } = columns(targets);
      const uids = targetUids === null ? "" : JSON.stringify(targetUids);
      const args = [kind, currentUid ?? "", uids, expectedVersion, keepHistory];
      return rows.one(await rows.write("flip-alias", [name], { args }, options), [name]);
    },
    delete: (name, expectedVersion, options) =>
      rows.delete([name], options, expectedVersion === null ? {} : { expected: ["version", expectedVersion] }),
  };
}
