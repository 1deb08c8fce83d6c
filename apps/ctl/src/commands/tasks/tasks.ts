import { type Command, Option } from "commander";
import type { Act } from "../../act.ts";
import { asksGateway, type GatewayOptions, gatewayOf } from "../../gateway/options.ts";
import { type Task, taskOutcome } from "../../gateway/task.ts";
import { parseCount, parseUid } from "../../numbers.ts";
import { table } from "../../output.ts";
import { UsageError } from "../../usage.ts";
import { waitFor } from "./wait.ts";

interface Filter {
  readonly uid?: readonly number[];
  readonly index?: readonly string[];
  readonly status?: readonly Task["status"][];
  readonly type?: readonly string[];
}
type ListOptions = GatewayOptions & Filter & { readonly limit: number; readonly from?: number };

const STATUSES = ["enqueued", "processing", "succeeded", "failed", "canceled"] as const;
const NAMES = { uid: "uids", index: "indexUids", status: "statuses", type: "types" } as const;

const takesFilter = (command: Command): Command =>
  command
    .option("--index <uid...>", "only of these indexes")
    .addOption(new Option("--status <status...>", "only in these states").choices(STATUSES))
    .option("--type <type...>", "only of these types, such as documentAdditionOrUpdate");

function queryOf(filter: Filter): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, parameter] of Object.entries(NAMES)) {
    const values = filter[name as keyof Filter];
    if (values !== undefined) query.set(parameter, values.join(","));
  }
  return query;
}

/** `miroir tasks …`: what became of writes. */
export function addTasks(program: Command, act: Act): void {
  const group = program.command("tasks").description("what became of writes");

  act(
    takesFilter(asksGateway(group.command("list").description("the newest tasks first"), "key"))
      .option("--limit <count>", "how many", parseCount, 20)
      .option("--from <uid>", "the first to show, for the next page", parseUid),
    async (options: ListOptions, _, io) => {
      const gateway = await gatewayOf(options, "key", io);
      const query = queryOf(options);
      query.set("limit", String(options.limit));
      if (options.from !== undefined) query.set("from", String(options.from));
      const page = await gateway.get<{ results: readonly Task[]; total: number; next: number | null }>(
        `/tasks?${query}`,
      );
      const rows = page.results.map(({ uid, status, type, indexUid, duration, enqueuedAt }) => [
        uid,
        status,
        type,
        indexUid ?? "",
        enqueuedAt,
        duration ?? "",
      ]);
      const more = page.next === null ? "" : `${page.total} in all; --from ${page.next} goes on.\n`;
      const header = ["task", "status", "type", "index", "enqueued", "duration"];
      return { json: { ...page }, text: `${table(io.stdout, header, rows)}${more}`, problems: [] };
    },
  );

  act(
    asksGateway(
      group
        .command("show")
        .description("one task; ends with 3 when it failed or was canceled")
        .argument("<uid>", "the task", parseUid),
      "key",
    ),
    async (options: GatewayOptions, [uid]: readonly [number], io) => {
      const gateway = await gatewayOf(options, "key", io);
      return taskOutcome(await gateway.get<Task>(`/tasks/${uid}`));
    },
  );

  act(
    asksGateway(
      group
        .command("wait")
        .description("waits until tasks have ended; ends with 3 when one failed or was canceled")
        .argument("<uid...>", "the tasks", (text: string, before: readonly number[] = []) => [
          ...before,
          parseUid(text),
        ])
        .option("--timeout <seconds>", "the longest to wait", parseCount, 600),
      "key",
    ),
    async (options: GatewayOptions & { readonly timeout: number }, [uids]: readonly [readonly number[]], io) =>
      waitFor(await gatewayOf(options, "key", io), uids, options.timeout * 1000, io),
  );

  act(
    takesFilter(
      asksGateway(
        group
          .command("cancel")
          .description("cancels tasks that have not ended: those named, or those a filter finds")
          .argument("[uid...]", "the tasks", (text: string, before: readonly number[] = []) => [
            ...before,
            parseUid(text),
          ]),
        "key",
      ),
    ),
    async (options: GatewayOptions & Filter, [uid]: readonly [readonly number[] | undefined], io) => {
      const query = queryOf({ ...options, ...(uid?.length ? { uid } : {}) });
      if (query.size === 0) throw new UsageError("tasks cancel needs tasks, or a filter that finds them");
      const gateway = await gatewayOf(options, "key", io);
      const { taskUid } = await gateway.send<{ readonly taskUid: number }>("POST", `/tasks/cancel?${query}`);
      return {
        json: { taskUid },
        text: `Task ${taskUid} cancels them. \`miroir tasks wait ${taskUid}\` waits for it.\n`,
        problems: [],
      };
    },
  );
}
