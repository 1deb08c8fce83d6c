import type { Value } from "./values.ts";

/** An expression; `at` is where errors of it are. */
export type Expression = { readonly at: number } & (
  | { readonly kind: "literal"; readonly value: Value }
  | { readonly kind: "template"; readonly parts: readonly (string | Block)[] }
  | { readonly kind: "array"; readonly items: readonly Expression[] }
  | { readonly kind: "map"; readonly members: readonly (readonly [key: string, value: Expression])[] }
  | { readonly kind: "variable"; readonly name: string }
  /** `optional` is `?.` and `?[`, which are `()` where the object is. */
  | { readonly kind: "member"; readonly object: Expression; readonly name: string; readonly optional: boolean }
  | { readonly kind: "index"; readonly object: Expression; readonly index: Expression; readonly optional: boolean }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] }
  | {
      readonly kind: "method";
      readonly object: Expression;
      readonly name: string;
      readonly args: readonly Expression[];
      readonly optional: boolean;
    }
  | { readonly kind: "unary"; readonly operator: string; readonly operand: Expression }
  | { readonly kind: "binary"; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "if"; readonly test: Expression; readonly then: Block; readonly otherwise: Block | null }
  | { readonly kind: "block"; readonly block: Block }
);

export type Statement = { readonly at: number } & (
  | { readonly kind: "expression"; readonly expression: Expression }
  | { readonly kind: "declare"; readonly name: string; readonly value: Expression | null; readonly constant: boolean }
  /** `operator` is `+` of `+=`; null where the value is only assigned. */
  | {
      readonly kind: "assign";
      readonly target: Expression;
      readonly operator: string | null;
      readonly value: Expression;
    }
  /** `test` is looked at before each turn, or after it; null means for ever. */
  | {
      readonly kind: "loop";
      readonly test: Expression | null;
      readonly until: boolean;
      readonly after: boolean;
      readonly body: Block;
    }
  | {
      readonly kind: "for";
      readonly name: string;
      readonly counter: string | null;
      readonly items: Expression;
      readonly body: Block;
    }
  | { readonly kind: "break" | "continue" }
  | { readonly kind: "return" | "throw"; readonly value: Expression | null }
);

export type Block = readonly Statement[];
