import type { FastifyInstance, FastifyReply } from "fastify";
import type { Context } from "../context.ts";
import { broadcast } from "../execute/write.ts";

/**
 * `/dumps` and `/snapshots`: every node makes one of what it holds, in its own folder. Together those of the nodes of one replica group
 * are the whole; the task of a dump names them all.
 */
export function registerDumps(app: FastifyInstance, context: Context): void {
  app.post("/dumps", { config: { action: "dumps.create" } }, (_request, reply) =>
    everywhere(reply, "/dumps", { type: "dumpCreation", details: { dumpUid: null } }),
  );
  app.post("/snapshots", { config: { action: "snapshots.create" } }, (_request, reply) =>
    everywhere(reply, "/snapshots", { type: "snapshotCreation", details: null }),
  );

  type Creation = { readonly type: string; readonly details: { readonly dumpUid: null } | null };

  async function everywhere(reply: FastifyReply, path: string, creation: Creation): Promise<FastifyReply> {
    const { nodeTasks, degraded } = await broadcast(context, null, { method: "POST", path });
    await context.acknowledge(reply, { ...creation, indexUid: null, nodeTasks }, { degraded });
    return reply;
  }
}
