import type { Value } from "./values.ts";

/** A variable, or a constant, that goes by its name from where it was declared to the end of its block. */
export interface Binding {
  readonly name: string;
  readonly constant: boolean;
  value: Value;
}

/** The bindings in force; of two with one name the later one counts. */
export interface Scope {
  declare(binding: Binding): void;
  find(name: string): Binding | undefined;
  /** Runs something whose declarations end with it. */
  inside<Result>(run: () => Result): Result;
}

export function createScope(initial: readonly Binding[]): Scope {
  const bindings = [...initial];
  return {
    declare: (binding) => void bindings.push(binding),
    find: (name) => bindings.findLast((binding) => binding.name === name),
    inside(run) {
      const size = bindings.length;
      try {
        return run();
      } finally {
        bindings.length = size;
      }
    },
  };
}
