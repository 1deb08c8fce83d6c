import { MeilisearchError } from "@miroir/meilisearch";
import { pathParts } from "./server/route.ts";

/** Something the node does wrong on purpose, for the requests it fits. */
export interface Fault {
  /** A path such as `/indexes/:uid/search`, with `*` at the end for everything below; every path when absent. */
  readonly route?: string;
  readonly method?: string;
  /** How many requests it befalls; until cleared when absent. */
  readonly count?: number;
  /** Waits before it answers. */
  readonly delayMs?: number;
  /** Resets the connection instead of reading the request's meaning. */
  readonly refuse?: boolean;
  /** Answers with this status, and this body if given, and does nothing. */
  readonly status?: number;
  readonly body?: unknown;
  /** Answers 503 too_many_search_requests with Retry-After. */
  readonly busy?: boolean;
  /** Leaves out every k-th hit of searches, silently. */
  readonly dropEveryHit?: number;
  /** Does the work, then resets the connection instead of answering. */
  readonly dropReply?: boolean;
  /** Leaves new tasks enqueued for as long as the fault is set. */
  readonly stallTasks?: boolean;
}

export interface Faults {
  /** Adds a fault and returns a function that takes it away again. */
  add(fault: Fault): () => void;
  clear(): void;
  readonly active: readonly Fault[];
  /** The faults that befall a request; each counts it. */
  take(method: string, path: string): readonly Fault[];
}

/** `onStall` is told whenever task processing has to stop or may go on. */
export function createFaults(onStall: (stalled: boolean) => void): Faults {
  let entries: { fault: Fault; left: number }[] = [];
  const update = (): void => onStall(entries.some(({ fault }) => fault.stallTasks === true));
  return {
    add(fault) {
      checkFault(fault);
      const entry = { fault, left: fault.count ?? Number.POSITIVE_INFINITY };
      entries.push(entry);
      update();
      return () => {
        entries = entries.filter((other) => other !== entry);
        update();
      };
    },
    clear() {
      entries = [];
      update();
    },
    get active() {
      return entries.map(({ fault }) => fault);
    },
    take(method, path) {
      const taken: Fault[] = [];
      for (const entry of entries) {
        if (entry.left <= 0 || entry.fault.stallTasks === true || !fits(entry.fault, method, path)) continue;
        entry.left--;
        taken.push(entry.fault);
      }
      if (entries.some(({ left }) => left <= 0)) entries = entries.filter(({ left }) => left > 0);
      return taken;
    },
  };
}

const knownMembers: Record<keyof Fault, (value: unknown) => boolean> = {
  route: (value) => typeof value === "string",
  method: (value) => typeof value === "string",
  count: isCount,
  delayMs: isCount,
  refuse: isBoolean,
  status: isCount,
  body: () => true,
  busy: isBoolean,
  dropEveryHit: (value) => isCount(value) && value !== 0,
  dropReply: isBoolean,
  stallTasks: isBoolean,
};

function isCount(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

/** Throws bad_request for a fault that would do nothing because it is misspelt. */
function checkFault(fault: Fault): void {
  for (const [name, value] of Object.entries(fault)) {
    const check = Object.hasOwn(knownMembers, name) ? knownMembers[name as keyof Fault] : undefined;
    if (check?.(value) !== true)
      throw new MeilisearchError("bad_request", `Unknown or invalid member \`${name}\` of a fault.`);
  }
}

function fits(fault: Fault, method: string, path: string): boolean {
  if (fault.method !== undefined && fault.method.toUpperCase() !== method) return false;
  if (fault.route === undefined) return true;
  const pattern = pathParts(fault.route);
  const parts = pathParts(path);
  const open = pattern[pattern.length - 1] === "*";
  if (open) pattern.pop();
  if (open ? parts.length < pattern.length : parts.length !== pattern.length) return false;
  return pattern.every((part, at) => part.startsWith(":") || part === "*" || part === parts[at]);
}
