import type { Command } from "commander";
import type { Act } from "../../act.ts";
import { asksGateway, type GatewayOptions, keyOf, urlOf } from "../../gateway/options.ts";
import { parseCount } from "../../numbers.ts";
import { columns } from "../../output.ts";

type Options = GatewayOptions & {
  readonly query?: readonly string[];
  readonly queriesFile?: string;
  readonly connections: number;
  readonly duration: number;
};

/** `miroir bench`: how fast a gateway that runs answers searches; ends with 3 when one was not answered with 200, or none was answered. */
export function addBench(program: Command, act: Act): void {
  act(
    asksGateway(
      program
        .command("bench")
        .description("searches an index over and over, and prints how long the answers took")
        .argument("<index>", "the index to search"),
      "key",
    )
      .option("--query <text...>", "what to search for, in turn; everything unless told")
      .option("--queries-file <file>", "the same from a file: on each line a text, or a search in JSON")
      .option("--connections <count>", "searches at once", parseCount, 8)
      .option("--duration <seconds>", "how long", parseCount, 10),
    async (options: Options, [index]: readonly [string], io) => {
      const [{ readSearches }, { load }] = await Promise.all([import("./searches.ts"), import("./load.ts")]);
      const searches = readSearches(options);
      const key = await keyOf(options, "key", io);
      const url = urlOf(options, io);
      const figures = await load({ url, key, index, searches, ...options }, io.progress);
      const { requests, perSecond, failed, latencyMs } = figures;
      const text = columns([
        ["searches", requests],
        ["per second", perSecond],
        ["failed", failed],
        ...Object.entries(latencyMs).map(([name, ms]) => [`${name} ms`, ms]),
      ]);
      const problem =
        requests + failed === 0
          ? `no search was answered in ${options.duration} s`
          : `${failed} searches of ${requests} were not answered with 200`;
      const isWell = requests > 0 && failed === 0;
      return { json: { url, index, ...figures }, text, problems: isWell ? [] : [{ subject: url, problem }] };
    },
  );
}
