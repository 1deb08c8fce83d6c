import { FunctionError } from "../function-error.ts";
import type { Value } from "../values.ts";
import { checked } from "../values.ts";
import type { Overload } from "./overload.ts";
import { gives } from "./overload.ts";

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);

function toInteger(value: number): bigint {
  if (Number.isNaN(value) || value >= 2 ** 63 || value < -(2 ** 63))
    throw new FunctionError(`Integer overflow: to_int(${Number.isFinite(value) ? BigInt(value) : value})`);
  return BigInt(Math.trunc(value));
}

/** A half is rounded away from zero. */
const rounded = (value: number): number => Math.sign(value) * Math.round(Math.abs(value));

/** Of two values; one float makes both floats. */
const ofTwo = (name: string, pick: (a: number, b: number) => number): Overload[] => [
  gives(name, ["i64", "i64"], (a, b) => (pick(0, Number(a - b)) === 0 ? b : a)),
  gives(name, ["string", "string"], (a, b) => (pick(0, Buffer.compare(Buffer.from(a), Buffer.from(b))) === 0 ? b : a)),
  gives(name, ["f64", "f64"], pick),
  gives(name, ["i64", "f64"], (a, b) => pick(Number(a), b)),
  gives(name, ["f64", "i64"], (a, b) => pick(a, Number(b))),
];

const onFloat = (name: string, run: (value: number) => Value): Overload => gives(name, ["f64"], run);

export const numberOverloads: readonly Overload[] = [
  gives("abs", ["i64"], (value) => checked(absolute(value), () => `Negation overflow: -${value}`)),
  gives("sign", ["i64"], (value) => (value > 0n ? 1n : value < 0n ? -1n : 0n)),
  gives("is_zero", ["i64"], (value) => value === 0n),
  gives("is_odd", ["i64"], (value) => value % 2n !== 0n),
  gives("is_even", ["i64"], (value) => value % 2n === 0n),
  gives("to_float", ["i64"], Number),
  onFloat("abs", Math.abs),
  onFloat("sign", (value) => BigInt(Math.sign(value))),
  onFloat("is_zero", (value) => value === 0),
  onFloat("is_nan", Number.isNaN),
  onFloat("is_finite", Number.isFinite),
  onFloat("floor", Math.floor),
  onFloat("ceiling", Math.ceil),
  onFloat("round", rounded),
  onFloat("int", Math.trunc),
  onFloat("fraction", (value) => value - Math.trunc(value)),
  onFloat("sqrt", Math.sqrt),
  onFloat("exp", Math.exp),
  onFloat("ln", Math.log),
  onFloat("log", Math.log10),
  onFloat("to_int", toInteger),
  ...ofTwo("min", Math.min),
  ...ofTwo("max", Math.max),
];
