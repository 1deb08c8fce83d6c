import type { Types, Value } from "../values.ts";
import { typeOf } from "../values.ts";

interface ArgumentTypes extends Types {
  any: Value;
}
type ArgumentName = keyof ArgumentTypes;
type Arguments<Names extends readonly ArgumentName[]> = { [Place in keyof Names]: ArgumentTypes[Names[Place]] };

/** A function of the language for arguments of certain types; called as `name(a, b)` or as `a.name(b)`. */
export interface Overload {
  readonly name: string;
  readonly types: readonly ArgumentName[];
  /** Whether it changes its first argument. */
  readonly changes: boolean;
  run(args: readonly Value[]): { self: Value; result: Value };
}

const overload = <const Names extends readonly ArgumentName[]>(
  changes: boolean,
  [name, types]: readonly [string, Names],
  run: (...args: Arguments<Names>) => { self: Value; result: Value },
): Overload => ({ name, types, changes, run: (args) => run(...(args as Arguments<Names>)) });

/** It gives a value and changes nothing. */
export const gives = <const Names extends readonly ArgumentName[]>(
  name: string,
  types: Names,
  run: (...args: Arguments<Names>) => Value,
): Overload => overload(false, [name, types], (...args) => ({ self: args[0] ?? null, result: run(...args) }));

/** It puts another value into the place of its first argument, and gives `()`. */
export const replaces = <const Names extends readonly ArgumentName[]>(
  name: string,
  types: Names,
  run: (...args: Arguments<Names>) => Value,
): Overload => overload(true, [name, types], (...args) => ({ self: run(...args), result: null }));

/** It changes what its first argument holds, an array or an object map, and gives a value. */
export const changes = <const Names extends readonly ArgumentName[]>(
  name: string,
  types: Names,
  run: (...args: Arguments<Names>) => Value,
): Overload => overload(true, [name, types], (...args) => ({ self: args[0] ?? null, result: run(...args) }));

export const accepts = ({ types }: Overload, args: readonly Value[]): boolean =>
  types.length === args.length && types.every((type, place) => type === "any" || type === typeOf(args[place] as Value));
