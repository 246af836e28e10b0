// The clock of one message: when it was exported, when its exporter was started, and how far its clock is off ours.
import type { Message } from "../core/message.ts";
import type { Source } from "./sources.ts";

/** An exporter's clock may be so far behind ours, in seconds, before its times are moved: flows arrive late, clocks are off. */
const MOST_BEHIND = 86_400;
/** And so far ahead. */
const MOST_AHEAD = 300;

type ClockState = Pick<ExportClock, "seconds" | "milliseconds" | "sysUpTime" | "uptimeKnown" | "shift">;

export class ExportClock {
  /** Export time, moved already: seconds since 1970 UTC and milliseconds beyond them. */
  seconds = 0;
  milliseconds = 0;
  /** Milliseconds since the exporter started, modulo 2^32. */
  sysUpTime = 0;
  /** False where sysUpTime is not said (IPFIX without systemInitTimeMilliseconds). */
  uptimeKnown = false;
  /** Seconds that every time of the message is moved by; 0 = it is right. */
  shift = 0;
  private readonly repair: boolean;

  constructor(repair: boolean) {
    this.repair = repair;
  }

  /** Sets the clock for a message of NetFlow: export time, and the exporter's uptime at that time. */
  set(message: Message, source: Source, seconds: number, milliseconds: number, sysUpTime: number): void {
    this.setExport(message, source, seconds, milliseconds);
    this.sysUpTime = sysUpTime;
    this.uptimeKnown = true;
  }

  /** Sets the clock for a message of IPFIX; uptimes in it count from the exporter's start, if that is known. */
  setIpfix(message: Message, source: Source, seconds: number): void {
    this.setExport(message, source, seconds, 0);
    this.learnStart(source);
  }

  /** The exporter's start may be said in the middle of a message: uptimes behind it count from there. */
  learnStart(source: Source): void {
    const boot = source.shared.bootMilliseconds;
    this.uptimeKnown = boot >= 0;
    if (this.uptimeKnown) this.sysUpTime = ((this.seconds - this.shift) * 1000 + this.milliseconds - boot) >>> 0;
  }

  /** What the clock says, to be restored when a message in between was read. */
  save(): ClockState {
    const { seconds, milliseconds, sysUpTime, uptimeKnown, shift } = this;
    return { seconds, milliseconds, sysUpTime, uptimeKnown, shift };
  }

  restore({ seconds, milliseconds, sysUpTime, uptimeKnown, shift }: ClockState): void {
    this.seconds = seconds;
    this.milliseconds = milliseconds;
    this.sysUpTime = sysUpTime;
    this.uptimeKnown = uptimeKnown;
    this.shift = shift;
  }

  private setExport(message: Message, source: Source, seconds: number, milliseconds: number): void {
    const offset = seconds - message.seconds;
    source.page.clockOffset = offset;
    this.shift = this.repair && (offset > MOST_AHEAD || offset < -MOST_BEHIND) ? -offset : 0;
    this.seconds = seconds + this.shift;
    this.milliseconds = milliseconds;
  }
}
