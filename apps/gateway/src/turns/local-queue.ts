/** One line of work per name, within this process. */
export interface LocalQueue {
  /** Runs `work` once all work given before under this name has ended, whether well or not. */
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Whether there is work behind that which is under way. */
  isWaiting(name: string): boolean;
  /** Resolves once nothing is left. */
  drained(): Promise<void>;
}

export function createLocalQueue(): LocalQueue {
  const lines = new Map<string, { tail: Promise<unknown>; length: number }>();
  return {
    run(name, work) {
      const line = lines.get(name) ?? { tail: Promise.resolve(), length: 0 };
      lines.set(name, line);
      line.length++;
      const result = line.tail.then(work);
      line.tail = result
        .catch(() => undefined)
        .then(() => {
          if (--line.length === 0) lines.delete(name);
        });
      return result;
    },
    isWaiting: (name) => (lines.get(name)?.length ?? 0) > 1,
    async drained() {
      await Promise.all([...lines.values()].map(({ tail }) => tail));
    },
  };
}
