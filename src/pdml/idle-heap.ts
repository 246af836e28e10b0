// IdleHeap: which live flow has been silent the longest. A flow that goes on costs nothing here until its turn comes.

const FIRST = 1024;

/**
 * A heap of flows over the time of their newest frame as it was when they were last looked at. Each look may find that the
 * flow has gone on and moves it down: as each move needs a frame in between, the cost of a frame is constant but for the depth.
 */
export class IdleHeap {
  #times = new Float64Array(FIRST);
  #flows = new Int32Array(FIRST);
  size = 0;

  /** The time that the first one had when it was last looked at. */
  get firstTime(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : this.#times[0]!;
  }

  get first(): number {
    return this.#flows[0]!;
  }

  add(flow: number, time: number): void {
    if (this.size === this.#times.length) this.#grow();
    let at = this.size++;
    const times = this.#times;
    const flows = this.#flows;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (times[above]! <= time) break;
      times[at] = times[above]!;
      flows[at] = flows[above]!;
      at = above;
    }
    times[at] = time;
    flows[at] = flow;
  }

  removeFirst(): void {
    this.size--;
    if (this.size > 0) this.#sink(this.#flows[this.size]!, this.#times[this.size]!);
  }

  /** The first one has gone on since. */
  moveFirst(time: number): void {
    this.#sink(this.#flows[0]!, time);
  }

  #sink(flow: number, time: number): void {
    const times = this.#times;
    const flows = this.#flows;
    const { size } = this;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= size) break;
      if (below + 1 < size && times[below + 1]! < times[below]!) below++;
      if (times[below]! >= time) break;
      times[at] = times[below]!;
      flows[at] = flows[below]!;
      at = below;
    }
    times[at] = time;
    flows[at] = flow;
  }

  #grow(): void {
    const times = new Float64Array(2 * this.#times.length);
    const flows = new Int32Array(times.length);
    times.set(this.#times);
    flows.set(this.#flows);
    this.#times = times;
    this.#flows = flows;
  }
}
