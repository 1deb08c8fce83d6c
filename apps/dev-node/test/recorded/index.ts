/** For the tests of other packages: playing recorded exchanges on a server and comparing its answers by the recordings' rules. */
export type { RecordedCase } from "./case.ts";
export { masterKey, readTheme, replayCases } from "./replay.ts";
export { countTable, withGenerated } from "./table.ts";
