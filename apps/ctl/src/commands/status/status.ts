import type { Command } from "commander";
import type { Act } from "../../act.ts";
import { asksGateway, type GatewayOptions, gatewayOf } from "../../gateway/options.ts";
import { problemsOf, topologyOf } from "../../gateway/topology.ts";
import { columns, counted } from "../../output.ts";

interface Ready {
  readonly status: string;
  readonly missingShards?: readonly number[];
}

/** `miroir status`: whether all is well, in a few lines; ends with 3 when it is not. */
export function addStatus(program: Command, act: Act): void {
  act(
    asksGateway(program.command("status").description("whether a gateway, its nodes and its store are well"), "admin"),
    async (options: GatewayOptions, _, io) => {
      const gateway = await gatewayOf(options, "admin", io);
      const [{ body }, topology] = await Promise.all([gateway.look("/_miroir/ready"), topologyOf(gateway)]);
      const ready = body as Ready;
      const { nodes, shards, replicationFactor, replicaGroups, store, gateways } = topology;
      const up = nodes.filter(({ state }) => state !== "out").length;
      const text = columns([
        ["gateway", `${gateway.url}, ${ready.status.replaceAll("_", " ")}`],
        ["nodes", `${up} of ${nodes.length} usable, in ${counted(replicaGroups.length, "replica group")}`],
        ["shards", `${shards}, ${replicationFactor} copies in each group`],
        ["store", gateways === null ? `${store}, away` : `${store}, of ${counted(gateways.length, "gateway")}`],
      ]);
      const notReady =
        ready.status === "ready"
          ? []
          : [
              {
                subject: "gateway",
                problem: ready.missingShards ? `no node for shards ${ready.missingShards.join(", ")}` : ready.status,
              },
            ];
      const storeAway =
        gateways === null ? [{ subject: "store", problem: "it does not answer: reads go on, writes are refused" }] : [];
      return {
        json: { url: gateway.url, ready, ...topology },
        text,
        problems: [...notReady, ...storeAway, ...problemsOf(topology)],
      };
    },
  );
}
