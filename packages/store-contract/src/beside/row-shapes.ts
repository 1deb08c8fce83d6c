import {
  aliasHistory,
  canaryAssertions,
  hintedShards,
  jsonObject,
  jsonValue,
  KEYSPACES,
  nodeTasks,
  pendingSwaps,
  rolloverRetention,
  rolloverTemplate,
  rolloverTriggers,
  sessionPins,
  stringList,
  type TableName,
  targetUids,
  taskError,
  webhookHeaders,
} from "@miroir/schema";
import { type Column, getTableColumns } from "drizzle-orm";
import { z } from "zod";
import { bodyText, jsonOf, keyText, sha256 } from "../input.ts";

type Columns<T extends TableName> = (typeof KEYSPACES)[T]["table"]["_"]["columns"];
type JsonColumn<T extends TableName> = {
  [C in keyof Columns<T>]: Columns<T>[C] extends { _: { columnType: "SQLiteTextJson" } } ? C : never;
}[keyof Columns<T>];

/** What the JSON columns hold, by table: a JSON column added to a table does not compile until it is named here. */
const JSON_SHAPES: {
  readonly [T in TableName as [JsonColumn<T>] extends [never] ? never : T]: Readonly<Record<JsonColumn<T>, z.ZodType>>;
} = {
  tasks: { nodeTasks, details: jsonObject, error: taskError },
  aliases: { targetUids, history: aliasHistory },
  sessions: { pins: sessionPins },
  jobs: { params: jsonObject, progress: jsonObject, result: jsonValue, error: taskError },
  leaderLease: { state: jsonValue },
  canaries: { query: jsonObject, assertions: canaryAssertions },
  canaryRuns: { failedAssertions: canaryAssertions },
  rolloverPolicies: { triggers: rolloverTriggers, retention: rolloverRetention, template: rolloverTemplate },
  searchUiConfig: { config: jsonObject },
  indexes: { pendingSwaps },
  apiKeys: { actions: stringList, indexes: stringList },
  webhooks: { headers: webhookHeaders },
  writeHints: { shards: hintedShards },
};

function valueShape(table: TableName, property: string, column: Column): z.ZodType {
  const jsonShapes: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>> = JSON_SHAPES;
  switch (column.columnType) {
    case "SQLiteInteger":
      return z.int();
    case "SQLiteBoolean":
      return z.boolean();
    // Every blob of the schema is a SHA-256.
    case "SQLiteBlobBuffer":
      return sha256;
    case "SQLiteTextJson":
      return jsonOf(jsonShapes[table]?.[property] ?? z.never());
    default:
      if (column.enumValues !== undefined) return z.enum(column.enumValues);
      return KEYSPACES[table].key.some((part) => part === property) ? keyText : bodyText;
  }
}

/** A whole row of a table as its columns say: every property present, `null` for NULL, nothing else. */
export function rowShape(table: TableName): z.ZodType {
  const columns = Object.entries<Column>(getTableColumns(KEYSPACES[table].table));
  return z.strictObject(
    Object.fromEntries(
      columns.map(([property, column]) => {
        const shape = valueShape(table, property, column);
        return [property, column.notNull ? shape : shape.nullable()];
      }),
    ),
  );
}
