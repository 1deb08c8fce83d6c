import { Index, Meilisearch } from "meilisearch";

const sample = new Meilisearch({ host: "http://127.0.0.1" });

/** The client's classes, by the names its documentation gives them: the package itself is minified. */
const CLASSES: readonly (readonly [name: string, prototype: object])[] = [
  ["Meilisearch", Meilisearch.prototype],
  ["Index", Index.prototype],
  ["TaskClient", Object.getPrototypeOf(sample.tasks)],
  ["BatchClient", Object.getPrototypeOf(sample.batches)],
  ["ChatWorkspace", Object.getPrototypeOf(sample.chat("any"))],
];

const methodsOf = (prototype: object): string[] =>
  Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(([name, { value }]) => name !== "constructor" && typeof value === "function")
    .map(([name]) => name);

/** Every public method of the client, as `Index.search`. */
export const PUBLIC_METHODS: readonly string[] = CLASSES.flatMap(([name, prototype]) =>
  methodsOf(prototype).map((method) => `${name}.${method}`),
).concat("Index.create");

/** The same object, except that methods that are called from outside are noted; what they call themselves is not. */
export function watch<T extends object>(target: T, calls: Set<string>): T {
  const found = CLASSES.find(([, prototype]) => Object.getPrototypeOf(target) === prototype);
  const className = found?.[0] ?? (Object.is(target, Index) ? "Index" : undefined);
  if (className === undefined) return target;
  return new Proxy(target, {
    get(_, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== "function") return typeof value === "object" && value !== null ? watch(value, calls) : value;
      return (...args: unknown[]): unknown => {
        calls.add(`${className}.${String(property)}`);
        const answer: unknown = Reflect.apply(value, target, args);
        return typeof answer === "object" && answer !== null ? watch(answer, calls) : answer;
      };
    },
  });
}
