// Signals of a long run: Ctrl-C and TERM end it in order (a second one at once), SIGUSR1 shows how it stands.

export class Interruption {
  happened = false;
  private readonly usr1: () => void;
  private readonly end: () => void;

  constructor(close: () => Promise<void>, tell: () => void) {
    this.usr1 = tell;
    this.end = () => {
      if (this.happened) process.exit(130);
      this.happened = true;
      void close();
    };
    process.on("SIGINT", this.end);
    process.on("SIGTERM", this.end);
    // Also keeps node from starting its debugger on this signal.
    process.on("SIGUSR1", this.usr1);
  }

  stop(): void {
    process.off("SIGINT", this.end);
    process.off("SIGTERM", this.end);
    process.off("SIGUSR1", this.usr1);
  }
}
