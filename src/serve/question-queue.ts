// Questions that wait for their turn: bounded, and fair: who has the fewest under way is next, and nobody fills the queue alone.
import { QUESTIONS } from "./limits.ts";
import { ServeError } from "./problems.ts";

export interface Waiting {
  /** Whose it is. */
  readonly key: string;
}

export class QuestionQueue<Item extends Waiting> {
  private readonly waiting: Item[] = [];
  private readonly underWay = new Map<string, number>();

  get length(): number {
    return this.waiting.length;
  }

  /** Throws a ServeError (503 busy) where there is no room. */
  add(item: Item): void {
    const own = this.waiting.filter(({ key }) => key === item.key).length;
    if (own >= QUESTIONS.waitingOfOne) {
      throw busy(`at most ${QUESTIONS.waitingOfOne} questions of yours that wait`, String(own));
    }
    if (this.waiting.length >= QUESTIONS.waiting) {
      throw busy(`at most ${QUESTIONS.waiting} questions that wait`, String(this.waiting.length));
    }
    this.waiting.push(item);
  }

  /** The next one, which is under way from then on; null = nobody waits. */
  next(): Item | null {
    let best = -1;
    let fewest = Number.POSITIVE_INFINITY;
    for (const [i, { key }] of this.waiting.entries()) {
      const own = this.underWay.get(key) ?? 0;
      if (own >= fewest) continue;
      fewest = own;
      best = i;
    }
    const [item] = best < 0 ? [] : this.waiting.splice(best, 1);
    if (item === undefined) return null;
    this.underWay.set(item.key, fewest + 1);
    return item;
  }

  /** It waits no more: true = it was waiting. */
  remove(item: Item): boolean {
    const at = this.waiting.indexOf(item);
    if (at >= 0) this.waiting.splice(at, 1);
    return at >= 0;
  }

  /** It is answered. */
  done({ key }: Item): void {
    const own = (this.underWay.get(key) ?? 1) - 1;
    if (own <= 0) this.underWay.delete(key);
    else this.underWay.set(key, own);
  }

  /** All that wait, which wait no more. */
  clear(): readonly Item[] {
    return this.waiting.splice(0);
  }
}

function busy(expected: string, found: string): ServeError {
  return new ServeError(503, "busy", `expected ${expected}, found ${found} already; ask again in a second`, {
    wait: 1,
  });
}
