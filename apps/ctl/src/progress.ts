import { SingleBar } from "cli-progress";

export interface Progress {
  show(what: string, done: number, total: number): void;
  end(): void;
}

/** A bar on a terminal; nothing anywhere else. */
export function createProgress(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return { show: () => {}, end: () => {} };
  const bar = new SingleBar({
    stream,
    format: "{what} [{bar}] {value}/{total} {eta_formatted}",
    barCompleteChar: "#",
    barIncompleteChar: "-",
    clearOnComplete: true,
    // Who ends it with Ctrl-C is to have a cursor after that.
    hideCursor: false,
  });
  let phase: string | null = null;
  return {
    show(what, done, total) {
      if (phase !== what) {
        if (phase !== null) bar.stop();
        bar.start(total, done, { what });
        phase = what;
      }
      bar.update(done);
    },
    end() {
      if (phase !== null) bar.stop();
    },
  };
}
