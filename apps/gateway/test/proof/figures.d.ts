import "vitest";

declare module "vitest" {
  interface TaskMeta {
    /** What a proof has measured or counted. */
    figures?: Record<string, number>;
  }
}
