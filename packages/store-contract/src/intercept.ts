import type { MethodSpec } from "./methods.ts";
import { type PartName, STORE_METHODS, type Store, type StoreParts } from "./store.ts";

/** The methods of the store itself that answer with a promise. */
type OwnMethod = Exclude<keyof Store, keyof StoreParts | "backend" | "watch">;

/** What every method of the store itself does: the parts' methods say it in `STORE_METHODS`. */
const OWN_METHODS = {
  schemaVersion: "read",
  health: "write",
  sizes: "read",
  sweep: "write",
  close: "write",
} as const satisfies Record<OwnMethod, MethodSpec["kind"]>;

/** Names a method: `tasks.create`, `store.sweep`. */
export type MethodName = { [P in PartName]: `${P}.${keyof StoreParts[P] & string}` }[PartName] | `store.${OwnMethod}`;

/** A call on its way to the store. */
export interface InterceptedCall {
  readonly name: MethodName;
  readonly kind: MethodSpec["kind"];
  readonly args: readonly unknown[];
}

/** Passes a call on by calling `proceed`, or answers in its place. */
export type Intercept = (call: InterceptedCall, proceed: () => Promise<unknown>) => Promise<unknown>;

type Method = (...args: unknown[]) => Promise<unknown>;

const methodsOf = (part: PartName) => Object.entries<MethodSpec>(STORE_METHODS[part]);

/** Every method of the contract but `watch`, which answers at once. */
export function methodNames(): MethodName[] {
  const parts = Object.keys(STORE_METHODS) as PartName[];
  const names = parts.flatMap((part) => methodsOf(part).map(([method]) => `${part}.${method}`));
  return [...names, ...Object.keys(OWN_METHODS).map((method) => `store.${method}`)] as MethodName[];
}

/** A store all of whose calls pass through `intercept`, `watch` alone excepted. Arguments are not yet checked there. */
export function interceptStore(store: Store, intercept: Intercept): Store {
  function wrap(name: string, kind: MethodSpec["kind"], run: Method | undefined): Method {
    if (run === undefined) throw new TypeError(`the store has no ${name}`);
    return async (...args) => intercept({ name: name as MethodName, kind, args }, () => run(...args));
  }
  const parts = (Object.keys(STORE_METHODS) as PartName[]).map((part) => {
    const methods = store[part] as unknown as Record<string, Method | undefined>;
    const wrapped = methodsOf(part).map(([method, { kind }]) => [
      method,
      wrap(`${part}.${method}`, kind, methods[method]?.bind(methods)),
    ]);
    return [part, Object.fromEntries(wrapped)];
  });
  const own = (Object.entries(OWN_METHODS) as [OwnMethod, MethodSpec["kind"]][]).map(([method, kind]) => [
    method,
    wrap(`store.${method}`, kind, (store[method] as Method).bind(store)),
  ]);
  return {
    ...(Object.fromEntries(parts) as StoreParts),
    ...(Object.fromEntries(own) as Pick<Store, OwnMethod>),
    backend: store.backend,
    watch: (listener) => store.watch(listener),
  };
}
