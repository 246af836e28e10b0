// Signals of a long run: Ctrl-C and TERM end it in order (a second one at once), SIGUSR1 shows how it stands.

export class Interruption {
  private readonly controller = new AbortController();
  private readonly tell: () => void;

  /** From now on signals are handled. `tell` shows how the run stands. */
  constructor(tell: () => void) {
    this.tell = tell;
    process.on("SIGINT", this.end);
    process.on("SIGTERM", this.end);
    // Also keeps node from starting its debugger on this signal.
    process.on("SIGUSR1", this.tell);
  }

  /** Aborts when the run is to end. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Resolves when the run is to end. */
  get ended(): Promise<void> {
    const { signal } = this;
    return new Promise((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  get happened(): boolean {
    return this.signal.aborted;
  }

  stop(): void {
    process.off("SIGINT", this.end);
    process.off("SIGTERM", this.end);
    process.off("SIGUSR1", this.tell);
  }

  private readonly end = (): void => {
    if (this.happened) process.exit(130);
    this.controller.abort();
  };
}
