import type { Problem } from "@miroir/store";
import type { ProblemLine } from "../../outcome.ts";

/** What a check of a store found, as the program prints it. */
export const problemLine = (found: Problem): ProblemLine => ({
  subject: [found.table, ...(found.key ?? [])].join(" "),
  problem: found.problem,
  json: { ...found },
});
