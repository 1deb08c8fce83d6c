import { describe, expect, it } from "vitest";
import { createDevNode } from "../src/index.ts";
import { type Answer, playFunctions, readFunctionCases } from "./functions/play.ts";
import { callerOf } from "./http.ts";

/** What a Meilisearch 1.50.0 node answered to each function; `node scripts/record-functions.ts` asks one again. */
const recorded = readFunctionCases();
const node = createDevNode();
await node.listen();
const answers = await playFunctions(callerOf(node), recorded);
await node.close();

/** Without the texts of what cannot be read, and without the places in other errors. */
const essence = (answer: Answer | undefined): unknown =>
  answer === undefined || "document" in answer
    ? answer
    : {
        ...answer,
        ...("refused" in answer
          ? { refused: true }
          : { failed: answer.failed.replace(/ \(line \d+, position \d+\)$/, "") }),
      };

describe("editing a document by a function", () => {
  for (const [place, { function: text, unknown, answer }] of recorded.cases.entries()) {
    if (unknown) {
      it(`${place}: ${text} (not known here)`, () => expect(answers[place]).not.toHaveProperty("document"));
    } else {
      it(`${place}: ${text}`, () => expect(essence(answers[place])).toEqual(essence(answer)));
    }
  }
});
