import type { Block, Expression, Statement } from "./ast.ts";
import { findOverload } from "./builtins/index.ts";
import { MAX_LENGTH } from "./builtins/strings.ts";
import { FunctionError } from "./function-error.ts";
import { functionNotFound, isEqual, operate } from "./operators.ts";
import type { Place } from "./place.ts";
import { itemOf, memberOf, nowhere } from "./place.ts";
import type { Scope } from "./scope.ts";
import type { Value } from "./values.ts";
import { checked, copyOf, MAX_ITEMS, shown, typeOf } from "./values.ts";

/** How many statements and expressions one run may look at. */
const MAX_STEPS = 1_000_000;

/** Leaves a loop, one turn of it, or the function. */
class Leave extends Error {
  readonly kind: "break" | "continue" | "return";

  constructor(kind: Leave["kind"]) {
    super(kind);
    this.kind = kind;
  }
}

/** Runs a function to its end on the variables of a scope. Throws FunctionError. */
export function evaluate(program: Block, scope: Scope): void {
  let steps = 0;
  const step = (at: number): void => {
    if (++steps > MAX_STEPS) throw new FunctionError("Too many operations", at);
  };

  /** A block's value is that of its last statement. */
  const block = (statements: Block): Value => {
    let value: Value = null;
    for (const statement of statements) value = execute(statement);
    return value;
  };
  const innerBlock = (statements: Block): Value => scope.inside(() => block(statements));

  const execute = (statement: Statement): Value => {
    const { at } = statement;
    step(at);
    switch (statement.kind) {
      case "expression":
        return value(statement.expression);
      case "declare": {
        const first = statement.value === null ? null : copyOf(value(statement.value));
        scope.declare({ name: statement.name, constant: statement.constant, value: first });
        return null;
      }
      case "assign":
        assign(statement);
        return null;
      case "loop":
        loop(statement);
        return null;
      case "for":
        each(statement);
        return null;
      case "throw": {
        const thrown = statement.value === null ? "" : shown(value(statement.value));
        throw new FunctionError(thrown === "" ? "Runtime error" : `Runtime error: ${thrown}`, at);
      }
      case "return":
        if (statement.value !== null) value(statement.value);
        throw new Leave("return");
      default:
        throw new Leave(statement.kind);
    }
  };

  const assign = ({ target, operator, value: expression, at }: Statement & { kind: "assign" }): void => {
    const assigned = copyOf(value(expression));
    const to = place(target);
    if (to === null) return;
    if (to.constant) throw new FunctionError(`Cannot modify constant ${rootName(target)}`, startOf(target));
    const changed = operator === null ? assigned : within(at, () => changedBy(operator, to.get(), assigned));
    to.set(sized(changed, at));
    const root = isContainer(changed) ? scope.find(rootName(target)) : undefined;
    if (root !== undefined) sized(root.value, at);
  };

  /** Whether another turn may follow. */
  const turn = (body: Block): boolean => {
    try {
      innerBlock(body);
      return true;
    } catch (error) {
      if (error instanceof Leave && error.kind !== "return") return error.kind === "continue";
      throw error;
    }
  };

  const loop = ({ test, until, after, body, at }: Statement & { kind: "loop" }): void => {
    const goesOn = (): boolean => test === null || truth(test) !== until;
    if (!after && !goesOn()) return;
    do step(at);
    while (turn(body) && goesOn());
  };

  const each = ({ name, counter, items, body, at }: Statement & { kind: "for" }): void => {
    let count = 0n;
    for (const item of itemsOf(copyOf(value(items)), items.at)) {
      step(at);
      const goesOn = scope.inside(() => {
        scope.declare({ name, constant: false, value: item });
        if (counter !== null) scope.declare({ name: counter, constant: true, value: count });
        return turn(body);
      });
      if (!goesOn) return;
      count++;
    }
  };

  const truth = (expression: Expression): boolean => {
    const found = value(expression);
    if (typeof found === "boolean") return found;
    throw new FunctionError(`Data type incorrect: ${typeOf(found)} (expecting bool)`, startOf(expression));
  };

  /** The value itself and no copy of it. */
  const value = (expression: Expression): Value => {
    const { at } = expression;
    step(at);
    switch (expression.kind) {
      case "literal":
        return expression.value;
      case "template":
        return sized(
          expression.parts.map((part) => (typeof part === "string" ? part : shown(innerBlock(part)))).join(""),
          at,
        );
      case "array":
        return sized(
          expression.items.map((item) => copyOf(value(item))),
          at,
        );
      case "map":
        return sized(new Map(expression.members.map(([key, member]) => [key, copyOf(value(member))])), at);
      case "unary":
        return within(at, () => negate(expression.operator, value(expression.operand)));
      case "binary":
        return binary(expression);
      case "if": {
        if (truth(expression.test)) return innerBlock(expression.then);
        return expression.otherwise === null ? null : innerBlock(expression.otherwise);
      }
      case "block":
        return innerBlock(expression.block);
      case "call": {
        const [first, ...others] = expression.args;
        // As with a method, the first argument is itself changed if it is a variable.
        const self =
          first === undefined ? null : first.kind === "variable" ? place(first) : nowhere(copyOf(value(first)));
        return call(expression.name, self, others, at);
      }
      default:
        return place(expression)?.get() ?? null;
    }
  };

  const call = (name: string, self: Place | null, others: readonly Expression[], at: number): Value => {
    const rest = others.map((other) => copyOf(value(other)));
    if (self === null && name === "exit") throw new Leave("return");
    const args = self === null ? rest : [self.get(), ...rest];
    const overload = findOverload(name, args);
    if (overload === undefined) throw new FunctionError(functionNotFound(name, args).message, at);
    if (overload.changes && self?.constant) {
      throw new FunctionError(`Non-pure method '${name}' cannot be called on constant`, at);
    }
    const { self: changed, result } = within(at, () => overload.run(args));
    if (overload.changes) self?.set(rest.some(isContainer) ? sized(changed, at) : shallowSized(changed, at));
    return result;
  };

  /** Null where `?.` or `?[` met `()`, which ends all of the chain. */
  const place = (expression: Expression): Place | null => {
    const { at } = expression;
    switch (expression.kind) {
      case "variable": {
        const binding = scope.find(expression.name);
        if (binding === undefined) throw new FunctionError(`Variable not found: ${expression.name}`, at);
        return {
          constant: binding.constant,
          get: () => binding.value,
          set(changed) {
            binding.value = changed;
          },
        };
      }
      case "member":
      case "index":
      case "method": {
        const parent = place(expression.object);
        step(at);
        if (parent === null || (expression.optional && parent.get() === null)) return null;
        if (expression.kind === "member") return memberOf(parent, expression.name, at);
        if (expression.kind === "index") return itemOf(parent, value(expression.index), at);
        return nowhere(call(expression.name, parent, expression.args, at));
      }
      default:
        return nowhere(value(expression));
    }
  };

  const binary = ({ operator, left, right, at }: Expression & { kind: "binary" }): Value => {
    if (operator === "&&") return truth(left) && truth(right);
    if (operator === "||") return truth(left) || truth(right);
    const first = value(left);
    if (operator === "??") return first ?? value(right);
    const second = value(right);
    if (operator === "in" || operator === "!in")
      return within(at, () => contains(second, first)) === (operator === "in");
    if (operator.startsWith("..")) return within(at, () => range(operator, first, second));
    return sized(
      within(at, () => operate(operator, first, second)),
      at,
    );
  };

  try {
    block(program);
  } catch (error) {
    if (!(error instanceof Leave)) throw error;
  }
}

/** Gives an error its place, if it has none. */
function within<Result>(at: number, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    throw error instanceof FunctionError && error.at === null ? new FunctionError(error.message, at) : error;
  }
}

function negate(operator: string, operand: Value): Value {
  if (operator === "!" && typeof operand === "boolean") return !operand;
  if (operator !== "!" && typeof operand === "number") return operator === "-" ? -operand : operand;
  if (operator === "+" && typeof operand === "bigint") return operand;
  if (operator === "-" && typeof operand === "bigint") return checked(-operand, () => `Negation overflow: -${operand}`);
  throw functionNotFound(operator, [operand]);
}

function contains(whole: Value, part: Value): boolean {
  if (whole !== null && typeof whole === "object" && "from" in whole) {
    if (typeof part !== "bigint") return false;
    return part >= whole.from && (whole.inclusive ? part <= whole.to : part < whole.to);
  }
  const overload = findOverload("contains", [whole, part]);
  if (overload === undefined) throw functionNotFound("contains", [whole, part]);
  return isEqual(overload.run([whole, part]).result, true);
}

const MAX_INTEGER = 2n ** 63n - 1n;

function range(operator: string, from: Value, to: Value): Value {
  const [first, last] = [from ?? 0n, to ?? MAX_INTEGER];
  if (typeof first !== "bigint" || typeof last !== "bigint") throw functionNotFound(operator, [from, to]);
  return { from: first, to: last, inclusive: operator === "..=" };
}

function* itemsOf(value: Value, at: number): Iterable<Value> {
  if (Array.isArray(value)) yield* value;
  else if (typeof value === "string") for (const char of value) yield { char };
  else if (value !== null && typeof value === "object" && "from" in value) {
    for (let item = value.from; value.inclusive ? item <= value.to : item < value.to; item++) yield item;
  } else throw new FunctionError("For loop expects iterable type", at);
}

const isContainer = (value: Value): boolean => Array.isArray(value) || value instanceof Map;

/** @throws FunctionError where a value with all that is in it is larger than may be */
function sized(value: Value, at: number): Value {
  if (itemCount(value) <= MAX_ITEMS) return shallowSized(value, at);
  throw new FunctionError(`Size of ${Array.isArray(value) ? "array/BLOB" : "object map"} too large`, at);
}

/** The same where nothing that has items was put in, which need not be counted again then. */
function shallowSized(value: Value, at: number): Value {
  if (typeof value === "string" && value.length > MAX_LENGTH) throw new FunctionError("Length of string too large", at);
  if (Array.isArray(value) && value.length > MAX_ITEMS) throw new FunctionError("Size of array/BLOB too large", at);
  return value;
}

/** Of arrays and object maps with all within. */
function itemCount(value: Value): number {
  if (!Array.isArray(value) && !(value instanceof Map)) return 0;
  let count = Array.isArray(value) ? value.length : value.size;
  for (const item of value.values()) count += itemCount(item);
  return count;
}

/** With `+=` an array takes any one value too, as its last. */
const changedBy = (operator: string, value: Value, other: Value): Value =>
  operator === "+" && Array.isArray(value) && !Array.isArray(other)
    ? [...value, other]
    : operate(operator, value, other);

const startOf = (expression: Expression): number =>
  expression.kind === "member" || expression.kind === "index" || expression.kind === "method"
    ? startOf(expression.object)
    : expression.kind === "binary"
      ? startOf(expression.left)
      : expression.at;

const rootName = (expression: Expression): string =>
  expression.kind === "variable" ? expression.name : "object" in expression ? rootName(expression.object) : "";
