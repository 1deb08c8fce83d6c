/** The wait of a worker between two rounds, which whoever has work for it, or closes it, can end. */
export interface Pause {
  /** Resolves after so many ms, or once ended; `Infinity` waits to be ended. */
  wait(ms: number): Promise<void>;
  /** Ends the wait under way; without one it does nothing, and the next wait is as long as it is told. */
  end(): void;
}

export function createPause(): Pause {
  let end: () => void = () => undefined;
  return {
    wait: (ms) =>
      new Promise((resolve) => {
        const timer = Number.isFinite(ms) ? setTimeout(resolve, ms) : undefined;
        end = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    end: () => end(),
  };
}
