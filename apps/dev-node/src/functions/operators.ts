import { FunctionError } from "./function-error.ts";
import type { ObjectMap, Types, Value } from "./values.ts";
import { checked, copyOf, shown, typeOf } from "./values.ts";

const MAX_EXPONENT = 2n ** 32n - 1n;

/** The value of two others and an operator. Throws FunctionError where it cannot be, without a place. */
export function operate(operator: string, left: Value, right: Value): Value {
  const found =
    typeof left === "bigint" && typeof right === "bigint"
      ? onIntegers(operator, left, right)
      : isNumber(left) && isNumber(right)
        ? onFloats(operator, Number(left), Number(right))
        : typeof left === "boolean" && typeof right === "boolean"
          ? onBooleans(operator, left, right)
          : operator === "+"
            ? add(left, right)
            : operator === "-" && typeof left === "string"
              ? takeOut(left, right)
              : undefined;
  const value = found ?? compare(operator, left, right);
  if (value !== undefined) return value;
  throw functionNotFound(operator, [left, right]);
}

/** That there is no function of a name for such values, as a node says it. */
export function functionNotFound(name: string, args: readonly Value[]): FunctionError {
  const types = args.map((arg) => (typeof arg === "string" ? "&str | ImmutableString | String" : typeOf(arg)));
  return new FunctionError(`Function not found: ${name} (${types.join(", ")})`);
}

/** Whether two values are the same to `==`; values of two types never are, but for numbers, and characters and strings. */
export function isEqual(left: Value, right: Value): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, place) => isEqual(item, right[place] as Value));
  }
  if (left instanceof Map && right instanceof Map) {
    const same = ([key, member]: [string, Value]): boolean =>
      right.has(key) && isEqual(member, right.get(key) as Value);
    return left.size === right.size && [...left].every(same);
  }
  const order = orderOf(left, right);
  if (order !== null) return order === 0;
  if (isRange(left) && isRange(right))
    return left.from === right.from && left.to === right.to && left.inclusive === right.inclusive;
  return left === right;
}

const isNumber = (value: Value): value is bigint | number => typeof value === "bigint" || typeof value === "number";
const isRange = (value: Value): value is Types["range"] => typeOf(value).startsWith("range");

/** Below 0 where the left one comes first; null where they have no order. */
function orderOf(left: Value, right: Value): number | null {
  if (typeof left === "bigint" && typeof right === "bigint") return left < right ? -1 : left > right ? 1 : 0;
  if (isNumber(left) && isNumber(right)) return floatOrder(Number(left), Number(right));
  if (typeof left === "boolean" && typeof right === "boolean") return Number(left) - Number(right);
  const [a, b] = [textOf(left), textOf(right)];
  return a === null || b === null ? null : Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Floats that differ in their last digit only are equal. */
function floatOrder(left: number, right: number): number {
  const scale = left * right === 0 ? 1 : Math.max(Math.abs(left), Math.abs(right));
  const difference = (left - right) / scale;
  return Math.abs(difference) <= Number.EPSILON ? 0 : difference;
}

const textOf = (value: Value): string | null =>
  typeof value === "string" ? value : typeOf(value) === "char" ? (value as Types["char"]).char : null;

function compare(operator: string, left: Value, right: Value): Value | undefined {
  if (operator === "==") return isEqual(left, right);
  if (operator === "!=") return !isEqual(left, right);
  const tests: Readonly<Record<string, (order: number) => boolean>> = {
    "<": (order) => order < 0,
    "<=": (order) => order <= 0,
    ">": (order) => order > 0,
    ">=": (order) => order >= 0,
  };
  const test = tests[operator];
  if (test === undefined) return undefined;
  const order = orderOf(left, right);
  if (order !== null) return test(order);
  // Of two types neither comes first; there is no order of two arrays, or of two maps.
  return typeOf(left) === typeOf(right) && left !== null ? undefined : false;
}

function onIntegers(operator: string, left: bigint, right: bigint): Value | undefined {
  const overflow = (name: string) => () => `${name} overflow: ${left} ${operator} ${right}`;
  switch (operator) {
    case "+":
      return checked(left + right, overflow("Addition"));
    case "-":
      return checked(left - right, overflow("Subtraction"));
    case "*":
      return checked(left * right, overflow("Multiplication"));
    case "/":
      if (right === 0n) throw new FunctionError(`Division by zero: ${left} / 0`);
      return checked(left / right, overflow("Division"));
    case "%":
      if (right === 0n) throw new FunctionError(`Modulo division by zero or overflow: ${left} % 0`);
      return left % right;
    case "**":
      return power(left, right);
    case "<<":
    case ">>":
      return shift(left, operator === "<<" ? right : -right);
    case "&":
      return left & right;
    case "|":
      return left | right;
    case "^":
      return left ^ right;
    default:
      return undefined;
  }
}

function power(left: bigint, right: bigint): bigint {
  const overflow = (): string => `Exponential overflow: ${left} ** ${right}`;
  if (right < 0n) throw new FunctionError(`Integer raised to a negative power: ${left} ** ${right}`);
  if (right > MAX_EXPONENT) throw new FunctionError(overflow());
  // Of these only whether the exponent is even matters.
  if (left >= -1n && left <= 1n) return left ** (right > 2n ? 2n + (right % 2n) : right);
  if (right > 64n) throw new FunctionError(overflow());
  return checked(left ** right, overflow);
}

/** To the left by a positive number of bits. */
function shift(value: bigint, bits: bigint): bigint {
  if (bits >= 64n) return 0n;
  if (bits <= -64n) return value < 0n ? -1n : 0n;
  return bits >= 0n ? BigInt.asIntN(64, value << bits) : value >> -bits;
}

function onFloats(operator: string, left: number, right: number): Value | undefined {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    case "%":
      return left % right;
    case "**":
      return left ** right;
    default:
      return undefined;
  }
}

function onBooleans(operator: string, left: boolean, right: boolean): Value | undefined {
  if (operator === "&") return left && right;
  if (operator === "|") return left || right;
  if (operator === "^") return left !== right;
  return undefined;
}

/** Text takes anything, as it would be shown. */
function add(left: Value, right: Value): Value | undefined {
  if (Array.isArray(left) && Array.isArray(right)) return [...left, ...right].map(copyOf);
  if (left instanceof Map && right instanceof Map) return copyOf(new Map([...left, ...right]) as ObjectMap);
  const [a, b] = [textOf(left), textOf(right)];
  if (typeof left === "string" || typeof right === "string" || (a !== null && b !== null))
    return shown(left) + shown(right);
  return undefined;
}

const takeOut = (text: string, part: Value): Value | undefined => {
  const found = textOf(part);
  return found === null ? undefined : text.replaceAll(found, "");
};
