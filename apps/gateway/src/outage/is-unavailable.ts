import { StoreError } from "@miroir/store-contract";

/** Whether the store could not be reached: the one failure that says nothing about what it holds. */
export const isUnavailable = (error: unknown): boolean => error instanceof StoreError && error.code === "unavailable";
