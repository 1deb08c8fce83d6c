import type { Value } from "../values.ts";
import { debugged, shown, typeOf } from "../values.ts";
import { arrayOverloads } from "./arrays.ts";
import { mapOverloads } from "./maps.ts";
import { numberOverloads } from "./numbers.ts";
import type { Overload } from "./overload.ts";
import { accepts, gives } from "./overload.ts";
import { stringOverloads } from "./strings.ts";

/** Those that take anything. What is printed goes nowhere. */
const generalOverloads: readonly Overload[] = [
  gives("type_of", ["any"], typeOf),
  gives("to_string", ["any"], shown),
  gives("to_debug", ["any"], debugged),
  gives("print", ["any"], () => null),
  gives("debug", ["any"], () => null),
];

const byName = Map.groupBy(
  [...stringOverloads, ...arrayOverloads, ...mapOverloads, ...numberOverloads, ...generalOverloads],
  ({ name }) => name,
);

/** The function of that name for such arguments. */
export const findOverload = (name: string, args: readonly Value[]): Overload | undefined =>
  byName.get(name)?.find((overload) => accepts(overload, args));

/** Those that may be called without their brackets, as properties. */
export const PROPERTIES: ReadonlySet<string> = new Set(
  "len is_empty bytes chars is_zero is_odd is_even is_nan is_finite floor ceiling round int fraction".split(" "),
);
