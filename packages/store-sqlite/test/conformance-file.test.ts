import { conformance, restartSurvival } from "@miroir/store-contract/conformance";
import { it } from "vitest";
import { fileSubject } from "./support/subject.ts";

// Races run over two handles: two connections of one process on one file. With a writing thread each commit waits for the disk, as it does by
// default; here none does.
const subject = fileSubject("sqlite file", { worker: false, synchronous: "NORMAL" });
if (process.env.MIROIR_TEST_DEEP === undefined)
  it.skip(
    "sqlite file: the conformance suite (left out of the short form, which has files with a writing thread and memory without: `npm run test:deep`)",
  );
else conformance(subject);
restartSurvival(subject);
