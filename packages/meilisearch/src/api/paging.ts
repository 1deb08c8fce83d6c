/** A page of indexes, keys or documents. */
export type Page<T> = { results: T[]; offset: number; limit: number; total: number };

/** A page of tasks or batches: newest first, `next` is the `from` of the following page. */
export type TaskPage<T> = { results: T[]; total: number; limit: number; from: number | null; next: number | null };

export const DEFAULT_PAGE_LIMIT = 20;
