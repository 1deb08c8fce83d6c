import type { Command } from "commander";
import type { Act } from "../../act.ts";
import { confirm } from "../../confirm.ts";
import { asksGateway, type GatewayOptions, gatewayOf } from "../../gateway/options.ts";
import { table } from "../../output.ts";
import { allIndexes } from "./all-indexes.ts";

/** `miroir indexes …`. */
export function addIndexes(program: Command, act: Act): void {
  const group = program.command("indexes").description("the indexes that a gateway knows");

  act(
    asksGateway(group.command("list").description("each index, and how many documents it has"), "key"),
    async (options: GatewayOptions, _, io) => {
      const indexes = await allIndexes(await gatewayOf(options, "key", io));
      const rows = indexes.map(({ uid, primaryKey, documents, createdAt, updatedAt }) => [
        uid,
        primaryKey ?? "",
        documents,
        createdAt,
        updatedAt,
      ]);
      const header = ["index", "primary key", "documents", "created", "updated"];
      return { json: { indexes }, text: table(io.stdout, header, rows), problems: [] };
    },
  );

  act(
    asksGateway(
      group
        .command("delete")
        .description("deletes an index with all its documents; asks for its name")
        .argument("<uid>", "the index")
        .option("--confirm <uid>", "the name that is asked for, for scripts"),
      "key",
    ),
    async (options: GatewayOptions & { readonly confirm?: string }, [uid]: readonly [string], io) => {
      await confirm(io, {
        what: `deletes the index ${uid} with all its documents`,
        name: uid,
        given: options.confirm,
      });
      const gateway = await gatewayOf(options, "key", io);
      const path = `/indexes/${encodeURIComponent(uid)}`;
      const { taskUid } = await gateway.send<{ readonly taskUid: number }>("DELETE", path);
      return {
        json: { taskUid },
        text: `Task ${taskUid} deletes it. \`miroir tasks wait ${taskUid}\` waits for it.\n`,
        problems: [],
      };
    },
  );
}
