/** What one client asked and was told, as the checker reads it. Times are ms of this process' clock. */
interface Call {
  readonly client: number;
  readonly gateway: number;
  readonly start: number;
  readonly end: number;
}

/** What a write does to each of its documents. `clear` takes all of the index; `settings` are written like one document more. */
export type WriteType = "add" | "patch" | "delete" | "clear" | "settings";

/** What stands for the settings of an index among the ids of its documents. */
export const SETTINGS = "(settings)";

/** One attempt at a write. Its token is in every document that it leaves, so that a document says which writes made it. */
export interface WriteCall extends Call {
  readonly kind: "write";
  readonly index: string;
  readonly type: WriteType;
  readonly ids: readonly string[];
  readonly token: string;
  /** The task that it was acknowledged with; `null`: nobody knows whether it was done. */
  readonly taskUid: number | null;
  /** What it was told instead: a status and a code, or the fault of the connection. */
  readonly error: string | null;
}

/** What a client was shown of a document: the tokens of the write that made it and of the one that patched it. */
export interface SeenDocument {
  readonly id: string;
  readonly state: string;
}

export interface ReadCall extends Call {
  readonly kind: "read";
  readonly index: string;
  readonly how: "get" | "list" | "search";
  /** What a `get` asked for; `null`: everything, or what `among` names. */
  readonly id: string | null;
  /** The ids that it was about, where a filter left some out. */
  readonly among?: ReadonlySet<string>;
  /** Whether its answer had others in it, whose flags came with it. */
  readonly isPart?: boolean;
  /** Whether it was of the client's session. */
  readonly inSession: boolean;
  readonly documents: readonly SeenDocument[];
  /** The total that came with them; `null` of a `get`. */
  readonly total: number | null;
  readonly degraded: string | null;
  readonly error: string | null;
}

/** A number that a client was told: how many documents of an index there are, or of those that `among` names. */
export interface CountCall extends Call {
  readonly kind: "count";
  readonly index: string;
  /** Where it stood in an answer. */
  readonly what: string;
  readonly among?: ReadonlySet<string>;
  readonly isPart?: boolean;
  readonly count: number;
  readonly degraded: string | null;
  readonly error: null;
}

/** One look at a task. */
interface TaskCall extends Call {
  readonly kind: "task";
  readonly uid: number;
  readonly task: SeenTask | null;
  readonly error: string | null;
}

export interface SeenTask {
  readonly status: string;
  readonly type: string;
  readonly details: Readonly<Record<string, unknown>> | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** Something that was wrong with the servers, from when until when. */
export interface FaultWindow {
  readonly name: string;
  readonly from: number;
  readonly until: number;
}

/** What is told of a request that nobody was there to take. */
export const NOT_SENT = "no connection";

export type AnyCall = WriteCall | ReadCall | CountCall | TaskCall;

/** Everything that happened in one run. */
export interface History {
  readonly seed: number;
  readonly shards: number;
  readonly calls: readonly AnyCall[];
  readonly faults: readonly FaultWindow[];
  /** The shards of which every copy was taken, and from when operators have been told. */
  readonly lost?: { readonly shards: ReadonlySet<number>; readonly from: number };
}

/** A document that is not there. */
export const ABSENT = "-";

/** The state of a document by its tokens; `base` is missing from one that a patch alone has made. */
export const stateOf = (base: string | undefined, patch: string | undefined): string => `${base ?? ""}/${patch ?? ""}`;

/** The whole document that a write of that type sends. Every field says which write it is from, so that half of one shows. */
export function documentOf(type: "add" | "patch", id: string, token: string): Record<string, string> {
  return type === "add"
    ? { id, base: token, text: `word ${token}`, baseAgain: token }
    : { id, patch: token, patchAgain: token };
}

/** What a client sees in a document. A state that no write leaves says what is wrong with it. */
export function seen(document: Readonly<Record<string, unknown>>): SeenDocument {
  const { id, base, text, baseAgain, patch, patchAgain } = document as Record<string, string | undefined>;
  const isWhole = base === baseAgain && patch === patchAgain && text === (base && `word ${base}`);
  return { id: String(id), state: isWhole ? stateOf(base, patch) : `not whole: ${JSON.stringify(document)}` };
}
