// Sampling: what an exporter said of its sampling rates in options data, and which of them holds for a record.
import type { ExporterLedger } from "../core/collect-ledger.ts";
import { SAMPLING_SOURCE } from "../core/elements.ts";

/** Samplers and interfaces remembered. */
const MOST = 1024;

export class Sampling {
  private readonly page: ExporterLedger;
  /** Rate for records that name no sampler; 0 = not known. */
  rate = 0;
  /** A value of SAMPLING_SOURCE. */
  source: number = SAMPLING_SOURCE.none;
  private readonly samplers = new Map<number, number>();
  private readonly interfaces = new Map<number, number>();

  /** `configured` is what a person set, 0 = nothing: it wins over all that the exporter says. */
  constructor(page: ExporterLedger, configured: number) {
    this.page = page;
    if (configured > 0) this.set(configured, SAMPLING_SOURCE.configured);
  }

  get configured(): boolean {
    return this.source === SAMPLING_SOURCE.configured;
  }

  /** True when interfaces have rates of their own. */
  get byInterface(): boolean {
    return this.interfaces.size > 0;
  }

  /** A rate for everything in the domain. */
  set(rate: number, source: number): void {
    if (this.configured || !sensible(rate)) return;
    this.rate = rate;
    this.source = source;
    this.page.samplingRate = rate;
    this.page.samplingSource = source;
  }

  /** A rate for records that name this sampler. The only sampler there is holds for those that name none, too. */
  setSampler(id: number, rate: number): void {
    if (this.configured || !sensible(rate)) return;
    if (this.samplers.size < MOST || this.samplers.has(id)) this.samplers.set(id, rate);
    if (this.samplers.size === 1) this.set(rate, SAMPLING_SOURCE.options);
    else if (this.source === SAMPLING_SOURCE.options && this.rate !== rate) this.forgetRate();
  }

  /** A rate for records that came in by this interface. */
  setInterface(index: number, rate: number): void {
    if (this.configured || !sensible(rate)) return;
    if (this.interfaces.size < MOST || this.interfaces.has(index)) this.interfaces.set(index, rate);
    this.page.samplingRate = rate;
    this.page.samplingSource = SAMPLING_SOURCE.options;
  }

  /** The rate of a sampler; 0 = nobody described it. */
  ofSampler(id: number): number {
    return this.samplers.get(id) ?? 0;
  }

  /** The rate of an interface, else that of the domain. */
  ofInterface(index: number): number {
    return this.interfaces.get(index) ?? this.rate;
  }

  /** Several samplers with different rates: which one holds for a record that names none is not known. */
  private forgetRate(): void {
    this.rate = 0;
    this.source = SAMPLING_SOURCE.none;
  }
}

function sensible(rate: number): boolean {
  return rate >= 1 && rate <= 0xffff_ffff;
}
