import { readFileSync } from "node:fs";
import { fieldTexts, objectText } from "../../src/documents/stored-document.ts";

/** A function that edits a document, and what a node made of it. */
interface FunctionCase {
  readonly function: string;
  readonly context?: Readonly<Record<string, unknown>>;
  /** Whether it is made of what this interpreter does not know. */
  readonly unknown?: true;
  readonly answer?: Answer;
}

/** The document afterwards, as text without its key and with its fields in order, or null where it is gone; or why there was none. */
export type Answer =
  | { readonly document: string | null }
  | { readonly refused: string; readonly code: string }
  | { readonly failed: string; readonly code: string };

export interface FunctionCases {
  /** The fields that each function's document begins with, beside its `key`. */
  readonly document: string;
  readonly cases: readonly FunctionCase[];
}

export const FUNCTION_CASES = new URL("../fixtures/functions.json", import.meta.url);

export const readFunctionCases = (): FunctionCases => JSON.parse(readFileSync(FUNCTION_CASES, "utf8")) as FunctionCases;

/** Sends a request with a body that is text already, and gives the answer's status and text. */
export type SendText = (method: string, path: string, body?: string) => Promise<{ status: number; text: string }>;

/** Has an empty node run each function on a document of its own, in one index. */
export async function playFunctions(send: SendText, { document, cases }: FunctionCases): Promise<Answer[]> {
  const finished = async (written: { text: string }): Promise<FinishedTask> => {
    const { taskUid } = JSON.parse(written.text) as { taskUid: number };
    for (;;) {
      const task = JSON.parse((await send("GET", `/tasks/${taskUid}`)).text) as FinishedTask;
      if (task.finishedAt !== null) return task;
    }
  };
  await send("PATCH", "/experimental-features", '{"editDocumentsByFunction":true}');
  await send("PUT", "/indexes/f/settings/filterable-attributes", '["key"]');
  const documents = cases.map((_case, key) => objectText([...fieldTexts(document), ["key", String(key)]]));
  await finished(await send("POST", "/indexes/f/documents?primaryKey=key", `[${documents.join(",")}]`));
  const answers: Answer[] = [];
  for (const [key, { function: text, context }] of cases.entries()) {
    const body = JSON.stringify({ function: text, context, filter: `key = ${key}` });
    const edited = await send("POST", "/indexes/f/documents/edit", body);
    const { error } = edited.status === 202 ? await finished(edited) : { error: null };
    if (edited.status !== 202) {
      const { message, code } = JSON.parse(edited.text) as TaskError;
      answers.push({ refused: message, code });
    } else if (error !== null) answers.push({ failed: error.message, code: error.code });
    else {
      const found = await send("GET", `/indexes/f/documents/${key}`);
      answers.push({ document: found.status === 404 ? null : withoutKey(found.text) });
    }
  }
  return answers;
}

/** A node's fields have the order in which any document of the index first had them. */
const withoutKey = (text: string): string =>
  objectText([...fieldTexts(text)].filter(([field]) => field !== "key").sort(([a], [b]) => (a < b ? -1 : 1)));

interface TaskError {
  readonly message: string;
  readonly code: string;
}

interface FinishedTask {
  readonly finishedAt: string | null;
  readonly error: TaskError | null;
}
