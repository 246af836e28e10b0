// Rest: a thread that has taken all datagrams there were sleeps for a moment, so that the next ones come together. Waking up for each
// one of them costs more than receiving it: 15 us a datagram at 33,000 a second, 7 with a rest of a millisecond.

/** libuv takes so many datagrams of a socket at most before it looks at the others: then there may be more. */
const FULL_TURN = 32;

/** While the sink is behind, datagrams are left to the kernel for so long: it holds them, or drops and counts them. */
const BEHIND_MILLISECONDS = 5;

export class Rest {
  private readonly milliseconds: number;
  private readonly behind: () => boolean;
  private readonly cell = new Int32Array(new SharedArrayBuffer(4));
  private taken = 0;

  /** 0 milliseconds: never. */
  constructor(milliseconds: number, behind: () => boolean) {
    this.milliseconds = milliseconds;
    this.behind = behind;
  }

  /** A datagram was taken. */
  took(): void {
    if (this.taken++ === 0 && this.milliseconds > 0) setImmediate(this.sleep);
  }

  /** At the end of the event loop's turn. Nothing else runs in this thread meanwhile. */
  private readonly sleep = (): void => {
    if (this.behind()) Atomics.wait(this.cell, 0, 0, BEHIND_MILLISECONDS);
    else if (this.taken < FULL_TURN) Atomics.wait(this.cell, 0, 0, this.milliseconds);
    this.taken = 0;
  };
}
