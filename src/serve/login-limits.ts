// How often a password may be tried: five wrong ones a minute for an address, and for a user; then longer and longer waits.

const FREE_TRIES = 5;
const WINDOW_MS = 60_000;
const MOST_WAIT_MS = 15 * 60_000;
const MOST_KEPT = 20_000;

interface Tries {
  wrong: number;
  last: number;
}

export class LoginLimits {
  /** The one tried longest ago first. */
  private readonly tries = new Map<string, Tries>();
  private readonly now: () => number;

  constructor(now: () => number = Date.now) {
    this.now = now;
  }

  /** Seconds to wait before another try; 0 = now. Whoever guesses slows down only the address he comes from, and that user's name from there. */
  wait(address: string, user: string): number {
    const waits = keysOf(address, user).map((key) => this.waitOf(this.tries.get(key)));
    return Math.ceil(Math.max(...waits) / 1000);
  }

  wrong(address: string, user: string): void {
    const now = this.now();
    for (const key of keysOf(address, user)) {
      const before = this.tries.get(key);
      this.tries.delete(key);
      const wrong = before === undefined || now - before.last > MOST_WAIT_MS ? 1 : before.wrong + 1;
      this.tries.set(key, { wrong, last: now });
    }
    for (const key of this.tries.keys()) {
      if (this.tries.size <= MOST_KEPT) break;
      this.tries.delete(key);
    }
  }

  /** Takes back one `wrong`. The address keeps its others: who has an account could guess others' passwords between log-ins of his own. */
  right(address: string, user: string): void {
    const [home, name] = keysOf(address, user);
    this.tries.delete(name);
    const tries = this.tries.get(home);
    if (tries === undefined) return;
    tries.wrong--;
    if (tries.wrong <= 0) this.tries.delete(home);
  }

  private waitOf(tries: Tries | undefined): number {
    if (tries === undefined || tries.wrong < FREE_TRIES) return 0;
    const wait = Math.min(MOST_WAIT_MS, WINDOW_MS * 2 ** Math.floor((tries.wrong - FREE_TRIES) / FREE_TRIES));
    return Math.max(0, tries.last + wait - this.now());
  }
}

function keysOf(address: string, user: string): readonly [address: string, user: string] {
  // A network of IPv6 is one household: who has it has 2^64 addresses.
  const home = address.includes(":") ? address.split(":").slice(0, 4).join(":") : address;
  return [`a ${home}`, `u ${home} ${user.slice(0, 64)}`];
}
