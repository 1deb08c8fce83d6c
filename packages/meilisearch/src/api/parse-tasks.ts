import { type ErrorCode, MeilisearchError } from "../errors.ts";
import { isCalendarDay } from "./calendar-day.ts";
import { type FieldTable, readQuery } from "./fields.ts";
import { readIndexUid } from "./index-object.ts";
import { DEFAULT_PAGE_LIMIT } from "./paging.ts";
import { queryBoolean, queryInteger, queryListOrStar } from "./query-readers.ts";
import { type Read, readString, wrongValue } from "./readers.ts";
import { TASK_STATUSES, TASK_TYPES, type TaskStatus, type TaskType } from "./task.ts";

/** Which tasks (or batches) are meant. An absent filter and `*` exclude nothing; an empty list excludes everything. */
export type TaskFilters = {
  uids?: number[] | "*";
  batchUids?: number[] | "*";
  canceledBy?: number[] | "*";
  types?: TaskType[] | "*";
  statuses?: TaskStatus[] | "*";
  indexUids?: string[] | "*";
  /** Bounds are exclusive, in ms since the epoch. */
  afterEnqueuedAt?: number | "*";
  beforeEnqueuedAt?: number | "*";
  afterStartedAt?: number | "*";
  beforeStartedAt?: number | "*";
  afterFinishedAt?: number | "*";
  beforeFinishedAt?: number | "*";
};

export type TasksQuery = { filters: TaskFilters; limit: number; from: number | null; reverse: boolean };

const MAX_UID = 2 ** 32 - 1;
const DAY_MS = 86_400_000;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2})[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** A bare date means midnight; as the bound of an "after", the midnight that ends the day. */
const queryDate =
  (bound: "after" | "before"): Read<number | "*"> =>
  (value, place) => {
    const text = readString(value, place);
    if (text === "*") return "*";
    if (DATE.test(text) && isCalendarDay(text))
      return Date.parse(`${text}T00:00:00Z`) + (bound === "after" ? DAY_MS : 0);
    const day = DATE_TIME.exec(text)?.[1];
    const atMs = day && isCalendarDay(day) ? Date.parse(text.toUpperCase().replace(" ", "T")) : Number.NaN;
    if (!Number.isNaN(atMs)) return atMs;
    throw wrongValue(
      place,
      `\`${text}\` is an invalid date-time. It should follow the YYYY-MM-DD or RFC 3339 date-time format.`,
    );
  };

/** One of a list, in any letter case. */
const queryOneOf =
  <const T extends string>(known: readonly T[]): Read<T> =>
  (value, place) => {
    const text = readString(value, place).toLowerCase();
    const found = known.find((candidate) => candidate.toLowerCase() === text);
    if (found !== undefined) return found;
    throw wrongValue(place, `\`${String(value)}\` is not one of ${known.map((name) => `\`${name}\``).join(", ")}.`);
  };

const uids = queryListOrStar(queryInteger(MAX_UID));

const FILTERS: FieldTable<TaskFilters> = {
  uids: { code: "invalid_task_uids", read: uids },
  batchUids: { code: "invalid_batch_uids", read: uids },
  canceledBy: { code: "invalid_task_canceled_by", read: uids },
  types: { code: "invalid_task_types", read: queryListOrStar(queryOneOf(TASK_TYPES)) },
  statuses: { code: "invalid_task_statuses", read: queryListOrStar(queryOneOf(TASK_STATUSES)) },
  indexUids: { code: "invalid_index_uid", read: queryListOrStar(readIndexUid) },
  afterEnqueuedAt: { code: "invalid_task_after_enqueued_at", read: queryDate("after") },
  beforeEnqueuedAt: { code: "invalid_task_before_enqueued_at", read: queryDate("before") },
  afterStartedAt: { code: "invalid_task_after_started_at", read: queryDate("after") },
  beforeStartedAt: { code: "invalid_task_before_started_at", read: queryDate("before") },
  afterFinishedAt: { code: "invalid_task_after_finished_at", read: queryDate("after") },
  beforeFinishedAt: { code: "invalid_task_before_finished_at", read: queryDate("before") },
};

type Paging = Omit<TasksQuery, "filters">;

const LIST: FieldTable<TaskFilters & { limit: number; from: number; reverse: boolean }> = {
  limit: { code: "invalid_task_limit", read: queryInteger(MAX_UID) },
  from: { code: "invalid_task_from", read: queryInteger(MAX_UID) },
  reverse: { code: "invalid_task_reverse", read: queryBoolean },
  ...FILTERS,
};

const DEFAULT_PAGING: Paging = { limit: DEFAULT_PAGE_LIMIT, from: null, reverse: false };

/** Checks the query string of `GET /tasks` and `GET /batches`. */
export const parseTasksQuery = (params: URLSearchParams): TasksQuery => {
  const { limit, from, reverse, ...filters } = { ...DEFAULT_PAGING, ...readQuery(LIST, params) };
  return { filters, limit, from, reverse };
};

/** Checks the query string of task cancelation and deletion, which must name at least one filter. */
export const parseTaskFilters = (params: URLSearchParams): TaskFilters => {
  const filters = readQuery(FILTERS, params);
  if (Object.keys(filters).length > 0) return filters;
  throw new MeilisearchError(
    "missing_task_filters",
    `Query parameters to filter the tasks to cancel or delete are missing. Available query parameters are: ${Object.keys(
      FILTERS,
    )
      .map((name) => `\`${name}\``)
      .join(", ")}.`,
  );
};

/** The uid in a path such as `/tasks/{uid}`. */
export const parseTaskUid = (
  text: string,
  code: Extract<ErrorCode, "invalid_task_uids" | "invalid_batch_uids"> = "invalid_task_uids",
): number =>
  queryInteger(MAX_UID)(text, { source: "query", path: code === "invalid_task_uids" ? "uid" : "batchUid", code });
