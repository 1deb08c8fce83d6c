import type { Command } from "commander";
import type { Act } from "../../act.ts";
import { asksGateway, type GatewayOptions, gatewayOf } from "../../gateway/options.ts";
import { type Shards, topologyOf } from "../../gateway/topology.ts";
import { table } from "../../output.ts";
import { ranges } from "./ranges.ts";

/** `miroir topology`: which node holds which shards. */
export function addTopology(program: Command, act: Act): void {
  act(
    asksGateway(program.command("topology").description("which node holds which shards"), "admin"),
    async (options: GatewayOptions, _, io) => {
      const gateway = await gatewayOf(options, "admin", io);
      const [topology, { shards }] = await Promise.all([topologyOf(gateway), gateway.get<Shards>("/_miroir/shards")]);
      const nodes = topology.nodes.map(({ id, replicaGroup }) => ({
        node: id,
        group: replicaGroup,
        shards: shards.filter(({ owners }) => owners.some(({ nodes }) => nodes.includes(id))).map(({ shard }) => shard),
      }));
      const rows = nodes.map(({ node, group, shards: held }) => [group, node, held.length, ranges(held)]);
      return {
        json: { shards: topology.shards, replicationFactor: topology.replicationFactor, nodes },
        text: table(io.stdout, ["group", "node", "count", "shards"], rows),
        problems: [],
      };
    },
  );
}
