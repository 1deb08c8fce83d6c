import { conformance, restartSurvival } from "@miroir/store-contract/conformance";
import { fileSubject } from "./support/subject.ts";

// Races run over two handles: two connections of one process on one file. With a writing thread each commit waits for the disk, as it does by
// default; here none does.
const subject = fileSubject("sqlite file", { worker: false, synchronous: "NORMAL" });
conformance(subject);
restartSurvival(subject);
