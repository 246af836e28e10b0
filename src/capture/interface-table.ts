// InterfaceTable: the interfaces of all sections of a pcapng capture, and what each said it lost.
import type { CaptureInterface } from "../core/packet-block.ts";
import type { ObservedAt } from "./capture-format.ts";
import type { StatisticsOptions } from "./pcapng-options.ts";
import type { TickClock } from "./tick-clock.ts";

/** Different interfaces of one capture at the most; more is an attack on our memory. */
const MAX_INTERFACES = 65_536;

export class InterfaceTable {
  /** Of all sections; an interface that looks the same in two sections is in it once. */
  readonly all: CaptureInterface[] = [];
  /** Of this section, by the number that packets name: index into `all`, the clock, the snapshot length. */
  readonly sectionIndex: number[] = [];
  readonly sectionClock: TickClock[] = [];
  readonly #observed: ObservedAt | undefined;
  readonly #known = new Map<string, number>();
  /** Counters of this section, by interface: each statistics block replaces the one before. */
  readonly #lost = new Map<number, StatisticsOptions>();
  #interfaceDrops: number | null = null;
  #kernelDrops: number | null = null;

  constructor(observed?: ObservedAt) {
    this.#observed = observed;
  }

  startSection(): void {
    ({ interface: this.#interfaceDrops, kernel: this.#kernelDrops } = this.drops());
    this.#lost.clear();
    this.sectionIndex.length = 0;
    this.sectionClock.length = 0;
  }

  /** False when there are more interfaces than can be believed. */
  add(linkType: number, snapLength: number, name: string | null, clock: TickClock): boolean {
    const described: CaptureInterface = {
      index: this.#observed?.index ?? this.sectionIndex.length + 1,
      name: this.#observed?.name ?? name,
      linkType,
      snapLength,
    };
    const key = `${described.index} ${linkType} ${snapLength} ${described.name ?? ""}`;
    let index = this.#known.get(key);
    if (index === undefined) {
      index = this.all.push(described) - 1;
      this.#known.set(key, index);
    }
    this.sectionIndex.push(index);
    this.sectionClock.push(clock);
    return this.sectionIndex.length <= MAX_INTERFACES && this.all.length <= MAX_INTERFACES;
  }

  noteStatistics(number: number, statistics: StatisticsOptions): void {
    if (number < this.sectionIndex.length) this.#lost.set(number, statistics);
  }

  drops(): { kernel: number | null; interface: number | null } {
    let kernel = this.#kernelDrops;
    let atInterface = this.#interfaceDrops;
    for (const { kernelDrops, interfaceDrops } of this.#lost.values()) {
      kernel = add(kernel, kernelDrops);
      atInterface = add(atInterface, interfaceDrops);
    }
    return { kernel, interface: atInterface };
  }
}

function add(sum: number | null, more: number | null): number | null {
  return more === null ? sum : (sum ?? 0) + more;
}
