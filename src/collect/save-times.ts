// When templates are written: soon after one is learned, changed or taken back, and ever less often while that does not end.

/** Seconds without a change after which the next one is written at once again. */
const QUIET_SECONDS = 10;

export class SaveTimes {
  private readonly most: number;
  private second = 0;
  private written = 0;
  private gap = 1;
  private changes = 0;
  private writtenChanges = 0;
  private changed = 0;

  /** `most` is the longest time between two writings, in seconds. */
  constructor(most: number) {
    this.most = most;
  }

  /** To be asked once a second with a count that rises with each change. True: it is time to write. */
  isDue(changes: number): boolean {
    this.second++;
    if (changes !== this.changes) this.changed = this.second;
    else if (this.second - this.changed >= QUIET_SECONDS) this.gap = 1;
    this.changes = changes;
    const since = this.second - this.written;
    const isNew = changes !== this.writtenChanges;
    // Without a change, too: when templates were seen last is kept with them.
    if (since < (isNew ? this.gap : this.most)) return false;
    if (isNew) this.gap = Math.min(this.most, this.gap * 2);
    this.written = this.second;
    this.writtenChanges = changes;
    return true;
  }
}
