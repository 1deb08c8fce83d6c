import type { PartName, Store, StoreParts } from "../src/store.ts";
import type { ManualClock } from "./clock.ts";

/** A storage of its own: NOTHING WRITTEN TO IT MAY BE SEEN FROM ANOTHER. */
export interface SubjectStorage {
  /** A handle on it. Several handles see the same rows. */
  open(): Promise<Store>;
  /** Called once every handle has been closed. */
  destroy(): Promise<void>;
}

/** A store to be judged. */
export interface Subject {
  /** Named in every test's title. */
  readonly name: string;
  /** The clock all its stores take their time from; tests move it. */
  readonly clock: ManualClock;
  create(): Promise<SubjectStorage>;
}

export interface TestContext {
  /** A handle on an empty storage. */
  readonly store: Store;
  /** One more handle on the same storage. */
  open(): Promise<Store>;
  readonly clock: ManualClock;
}

export type ConformanceTest = (t: TestContext) => Promise<void>;

/** The tests of a part: a group for each of its methods, so that none can be forgotten. */
export type PartTests<P extends PartName> = {
  readonly [M in keyof StoreParts[P] & string as `${P}.${M}`]: Readonly<Record<string, ConformanceTest>>;
};
