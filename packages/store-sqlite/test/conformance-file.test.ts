import { conformance, restartSurvival } from "@miroir/store-contract/conformance";
import { it } from "vitest";
import { fileSubject } from "./support/subject.ts";

// Races run over two handles: two connections of one process on one file. With a writing thread each commit waits for the disk, as it does by
// default; here none does.
const subject = fileSubject("sqlite file", { worker: false, synchronous: "NORMAL" });
if (process.env.MIROIR_TEST_STORES === "all") conformance(subject);
else
  it.skip("the conformance suite on a file without a writing thread (it runs on one with: `npm test -- --all-stores`)");
restartSurvival(subject);
