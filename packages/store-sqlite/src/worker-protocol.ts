import type { Change } from "@miroir/store-contract";
import type { BackupProgress } from "./backup.ts";
import type { Synchronous } from "./connection.ts";
import type { Call } from "./engine.ts";
import type { PlainStoreError } from "./errors.ts";

/** What the thread that owns the writing connection opens. */
export interface WorkerOptions {
  readonly path: string;
  readonly synchronous: Synchronous;
  /** The time of a clock set by hand; without it, the system's. */
  readonly clockBuffer: SharedArrayBuffer | null;
}

export type NumberedCall = Call & { readonly id: number };

export type ToWorker =
  | { readonly kind: "open"; readonly options: WorkerOptions }
  | { readonly kind: "calls"; readonly calls: readonly NumberedCall[] }
  | { readonly kind: "backup"; readonly id: number; readonly path: string }
  | { readonly kind: "close" };

export type Answer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: PlainStoreError };

export type FromWorker =
  | { readonly kind: "ready"; readonly threadId: number }
  | { readonly kind: "failed"; readonly error: PlainStoreError }
  | { readonly kind: "answers"; readonly answers: readonly Answer[]; readonly changes: readonly Change[] }
  | { readonly kind: "changes"; readonly changes: readonly Change[] }
  | { readonly kind: "corrupt"; readonly error: PlainStoreError }
  | { readonly kind: "progress"; readonly id: number; readonly progress: BackupProgress }
  | { readonly kind: "closed" };
