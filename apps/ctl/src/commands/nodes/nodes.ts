import type { Command } from "commander";
import type { Act } from "../../act.ts";
import { asksGateway, type GatewayOptions, gatewayOf } from "../../gateway/options.ts";
import { problemsOf, topologyOf } from "../../gateway/topology.ts";
import { table } from "../../output.ts";

/** `miroir nodes list`. */
export function addNodes(program: Command, act: Act): void {
  const group = program.command("nodes").description("the nodes behind a gateway");
  act(
    asksGateway(group.command("list").description("each node, and how it is; ends with 3 when one is out"), "admin"),
    async (options: GatewayOptions, _, io) => {
      const topology = await topologyOf(await gatewayOf(options, "admin", io));
      const rows = topology.nodes.map(({ id, address, replicaGroup, state, latencyMs, outstanding }) => [
        id,
        address,
        replicaGroup,
        state,
        latencyMs ?? "",
        outstanding,
      ]);
      return {
        json: { nodes: topology.nodes },
        text: table(io.stdout, ["node", "address", "group", "state", "latency ms", "requests"], rows),
        problems: problemsOf(topology),
      };
    },
  );
}
