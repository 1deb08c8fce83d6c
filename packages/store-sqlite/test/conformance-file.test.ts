import { conformance, restartSurvival } from "@miroir/store-contract/conformance";
import { fileSubject } from "./support/subject.ts";

// Races run over two handles: two connections of one process on one file.
const subject = fileSubject("sqlite file", { worker: false });
conformance(subject);
restartSurvival(subject);
