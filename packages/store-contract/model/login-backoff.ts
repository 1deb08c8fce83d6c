import type { LoginBackoff } from "../src/beside/login-backoff.ts";
import { backoffState, failedAgain } from "../src/rules/login-backoff.ts";
import type { Model, Sync } from "./model.ts";

export function createLoginBackoff({ tables: { loginBackoff }, now }: Model): Sync<LoginBackoff> {
  return {
    recordFailure(key) {
      const row = failedAgain(loginBackoff.get(key), key, now());
      loginBackoff.set(row);
      return backoffState(row, now());
    },
    check: (key) => backoffState(loginBackoff.get(key), now()),
    reset: (key) => loginBackoff.delete(loginBackoff.get(key)),
  };
}
