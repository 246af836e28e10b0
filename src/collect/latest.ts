// Latest: the last value of each key, up to a limit; the key that was silent longest goes first.
export class Latest<V> {
  private readonly values = new Map<string, V>();
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  set(key: string, value: V): void {
    // Deleting first moves the key to the end of the map's order.
    this.values.delete(key);
    this.values.set(key, value);
    if (this.values.size > this.most) {
      for (const oldest of this.values.keys()) {
        this.values.delete(oldest);
        return;
      }
    }
  }

  list(): V[] {
    return [...this.values.values()];
  }
}
