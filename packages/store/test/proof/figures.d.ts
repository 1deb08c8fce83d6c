import "vitest";

declare module "vitest" {
  interface TaskMeta {
    /** What a proof counted, for the report. */
    figures?: Record<string, number>;
  }
}
