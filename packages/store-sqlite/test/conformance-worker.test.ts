import { conformance, restartSurvival } from "@miroir/store-contract/conformance";
import { fileSubject } from "./support/subject.ts";

// Races run over two handles: two writing threads and two readers on one file.
const subject = fileSubject("sqlite file with a writing thread", { worker: true });
conformance(subject);
restartSurvival(subject);
