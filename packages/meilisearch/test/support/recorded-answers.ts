import { readFileSync } from "node:fs";

export type RecordedAnswer = {
  name: string;
  request: {
    method: string;
    path: string;
    headers?: Record<string, string | null>;
    body?: unknown;
    bodyText?: string;
  };
  status: number;
  code?: string;
  task?: { error: string | null; details: Record<string, unknown> | null };
};

export const recordedAnswers = (theme: string): RecordedAnswer[] =>
  JSON.parse(readFileSync(new URL(`../fixtures/recorded-answers/${theme}.json`, import.meta.url), "utf8"));

/** The body as it was sent, and its content type. */
export const sentBody = ({ request }: RecordedAnswer): { text: string; contentType: string | undefined } => ({
  text: request.bodyText ?? (request.body === undefined ? "" : JSON.stringify(request.body)),
  contentType: request.headers?.["Content-Type"] ?? (request.body === undefined ? undefined : "application/json"),
});

export const queryOf = ({ request }: RecordedAnswer): URLSearchParams =>
  new URL(request.path, "http://node").searchParams;
