/** What a report of vitest's says about one test. */
interface ReportedTest {
  readonly ancestorTitles: readonly string[];
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages?: readonly string[];
}

/** The part of vitest's JSON report that is read here. */
export interface TestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    /** Why the file could not be loaded; empty when it could. */
    readonly message: string;
    readonly assertionResults: readonly ReportedTest[];
  }[];
}

/** The suite's files; it registers a `describe` for each method, called `<store>#<part>.<method>` or `<store>#<what it shows>`. */
const SUITE_FILE = /(?:conformance[^/]*|model)\.test\.ts$/;
/** Asked of stores that have something to come back from, and so not of all. */
const NOT_OF_ALL = "restart";

/** How many tests of the conformance suite ran on each store, by the store's name in the suite; left out ones do not count. */
export function conformanceCounts(reports: readonly TestReport[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { name, assertionResults } of reports.flatMap((report) => report.testResults)) {
    if (!SUITE_FILE.test(name)) continue;
    for (const { ancestorTitles, status } of assertionResults) {
      const [store, group] = (ancestorTitles[0] ?? "").split("#");
      if (store === undefined || group === undefined || group === NOT_OF_ALL) continue;
      if (status === "passed" || status === "failed") counts.set(store, (counts.get(store) ?? 0) + 1);
    }
  }
  return counts;
}
