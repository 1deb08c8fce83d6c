import tab from "@bomb.sh/tab/commander";
import { Command } from "commander";
import manifest from "../package.json" with { type: "json" };
import { createAct } from "./act.ts";
import { addBench } from "./commands/bench/bench.ts";
import { addConfig } from "./commands/config/config.ts";
import { addIndexes } from "./commands/indexes/indexes.ts";
import { addNodes } from "./commands/nodes/nodes.ts";
import { addStatus } from "./commands/status/status.ts";
import { addStore } from "./commands/store/store.ts";
import { addTasks } from "./commands/tasks/tasks.ts";
import { addTopology } from "./commands/topology/topology.ts";
import type { Io } from "./outcome.ts";
import { EXIT_CODES } from "./usage.ts";

/** The whole command line. `exitCode` is what the command that ran has to say, once it has ended. */
export function createProgram(io: Io): { readonly program: Command; exitCode(): number } {
  const { act, exitCode } = createAct(io);
  const program = new Command("miroir")
    .version(manifest.version, "--version", "which version this is")
    .description("Looks after Miroir: its gateways, its nodes and its store.")
    .addHelpText("after", `\n${EXIT_CODES}\nOf each command, --help says what it takes. NO_COLOR turns colours off.`)
    // Before any command is added: commands take over what their program does with errors and output.
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: () => undefined });
  for (const add of [addStatus, addTopology, addNodes, addTasks, addIndexes, addStore, addConfig, addBench])
    add(program, act);
  tab(program);
  return { program, exitCode };
}
