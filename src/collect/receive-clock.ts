// When a message was received: the system's UTC clock, which is what exporters' times are compared with. A step of that clock is
// seen in the next message.
import type { Message } from "../core/message.ts";

export class ReceiveClock {
  private milliseconds = 0;
  private seconds = 0;
  private nanoseconds = 0;

  stamp(message: Message): void {
    const now = Date.now();
    if (now !== this.milliseconds) {
      this.milliseconds = now;
      this.seconds = Math.floor(now / 1000);
      this.nanoseconds = (now - this.seconds * 1000) * 1_000_000;
    }
    message.seconds = this.seconds;
    message.nanoseconds = this.nanoseconds;
  }
}
