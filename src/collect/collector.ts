// The collector: sockets, everything behind them, and what happens by the clock.
import type { Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { formatAddress, isNone, parseAddress } from "../core/address.ts";
import type { Unbooked } from "../core/collect-ledger.ts";
import { UsageError } from "../core/errors.ts";
import type { Message } from "../core/message.ts";
import { Intake } from "./intake.ts";
import { KernelDrops } from "./kernel-drops.ts";
import { formatListen } from "./listen-address.ts";
import { COLLECT_LIMITS, type CollectorOptions } from "./options.ts";
import type { Peer } from "./peers.ts";
import { Relay } from "./relay.ts";
import { Rest } from "./rest.ts";
import { SaveTimes } from "./save-times.ts";
import { type StreamCounts, StreamListener } from "./stream-listener.ts";
import { TemplateFile } from "./template-file.ts";
import { UdpListener } from "./udp-listener.ts";

/** Datagrams that the kernel already has are taken before the end, for this long at the most. */
const DRAIN_MS = 250;
const MINUTE_MS = 60_000;
/** How long the sink may take for what it was given last. */
const SINK_MS = 5000;

/** A socket that listens, as it was bound. */
export interface Listening {
  readonly transport: "udp" | "tcp" | "tls";
  readonly address: string;
  readonly port: number;
}

export class Collector extends Intake {
  /** Stream connections: accepted, open, closed for a reason. */
  readonly streams: StreamCounts = { accepted: 0, open: 0, tooMany: 0, timedOut: 0 };
  /** Rejects when the sink fails, after which nothing more is collected; resolves when the collector is closed. */
  readonly ended: Promise<void>;
  private readonly config: CollectorOptions;
  private readonly udp: UdpListener[] = [];
  private readonly stream: StreamListener[] = [];
  private readonly connections = new Map<Socket, string>();
  private readonly drops = new KernelDrops();
  private readonly templateFile: TemplateFile | null;
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly told = new Map<string, number>();
  private sessions = 0;
  private buffersTold = false;
  private closing: Promise<void> | null = null;
  private resolveEnded: () => void = () => {};
  private rejectEnded: (error: Error) => void = () => {};

  private constructor(options: CollectorOptions) {
    super(options, true);
    this.config = options;
    this.templateFile = options.templatesFile === undefined ? null : this.templatesAt(options.templatesFile);
    this.ended = new Promise((resolve, reject) => {
      this.resolveEnded = resolve;
      this.rejectEnded = reject;
    });
    // Who does not look at it is told by `problems`.
    this.ended.catch(() => {});
  }

  /**
   * Opens every socket and begins to collect. Rejects with a UsageError or SourceError, and then nothing is left open. What is
   * not as it should be but no reason to give up is in `notes`.
   */
  static async open(options: CollectorOptions): Promise<Collector> {
    if (options.listen.length === 0)
      throw new UsageError("expected an address to listen on, such as udp://:2055, found none");
    const collector = new Collector(options);
    try {
      await collector.start();
      return collector;
    } catch (error) {
      await collector.release();
      await collector.templateFile?.close();
      throw error;
    }
  }

  /** Sockets as they are bound: a port of 0 is a real one here. */
  get listening(): readonly Listening[] {
    const { udp, stream, config } = this;
    let [atUdp, atStream] = [0, 0];
    return config.listen.map(({ transport }) => {
      const { address, port } = transport === "udp" ? udp[atUdp++]! : stream[atStream++]!;
      return { transport, address, port };
    });
  }

  /** Brings the kernel's drops in the ledger up to date. They are so once a second anyway. */
  refresh(): void {
    const drops = this.drops.read();
    this.ledger.kernelDrops = drops;
    if (drops !== null && drops > 0) this.tellOfBuffers();
  }

  /** Hands what has been decoded to the sink now. */
  flush(): void {
    this.decoder.flush();
  }

  private async start(): Promise<void> {
    const { config } = this;
    const { relay = [], spoof = false } = config;
    if (spoof && relay.length === 0)
      throw new UsageError("expected --relay with --spoof, found no collector to relay to");
    await this.templateFile?.open();
    if (relay.length > 0) this.relay = await Relay.open(relay, spoof, this);
    const rest = new Rest(config.restMilliseconds ?? 0, () => this.behind);
    for (const listen of config.listen) {
      if (listen.transport === "udp") {
        const { receiveBuffer = COLLECT_LIMITS.receiveBuffer } = config;
        const onMessage = (message: Message, peer: Peer) => this.accept(message, peer);
        const { peers } = this;
        this.udp.push(
          await UdpListener.open(listen, { peers, accept: onMessage, onError: this.problem, receiveBuffer, rest }),
        );
      } else {
        this.stream.push(await StreamListener.open(listen, this.streamHost(), this.connections));
      }
    }
    this.refuseLoops();
    this.drops.watch(this.udp.map(({ port }) => port));
    this.refresh();
    // Who asked for a size is told at once; else when datagrams are lost, which the kernel counts here.
    if (config.receiveBuffer !== undefined || this.ledger.kernelDrops === null) this.tellOfBuffers();
    this.every(config.flushMs ?? COLLECT_LIMITS.flushMs, () => this.decoder.flush());
    this.every(1000, () => {
      this.decoder.tick(Math.floor(Date.now() / 1000));
      this.refresh();
    });
    if (this.templateFile !== null) {
      const times = new SaveTimes(COLLECT_LIMITS.templatesFileSeconds);
      this.every(1000, () => {
        if (times.isDue(this.decoder.templateChanges)) void this.saveTemplates();
      });
    }
  }

  private every(milliseconds: number, act: () => void): void {
    this.timers.push(setInterval(act, milliseconds));
  }

  private streamHost() {
    const { peers, streams, ledger, config } = this;
    const collector = this;
    return {
      peers,
      streams,
      tls: config.tls,
      accept: (message: Message, peer: Peer) => this.accept(message, peer),
      get behind() {
        return collector.behind;
      },
      whenReady: (go: () => void) => this.whenReady(go),
      newSession: () => ++this.sessions,
      closeSession: (session: number) => this.decoder.closeSession(session),
      tell: (who: string, sentence: string) => this.tell(who, sentence),
      refuse: (reason: Unbooked, octets: number, who: string, sentence: string) => {
        ledger.messages++;
        ledger.bytes += octets;
        ledger.unbooked[reason]++;
        this.tell(who, sentence);
      },
      onError: this.problem,
    };
  }

  /** A message that came back to us would go round for ever. */
  private refuseLoops(): void {
    const own = new Set(
      Object.values(networkInterfaces())
        .flat()
        .map((one) => formatAddress(parseAddress(one!.address.replace(/%.*$/, ""))!)),
    );
    for (const { address, port, target } of this.relay?.targets ?? []) {
      for (const listener of this.udp) {
        if (listener.port !== port) continue;
        const bound = parseAddress(listener.address.replace(/%.*$/, ""))!;
        const text = formatAddress(address);
        const everywhere = isNone(bound, 0) || listener.address === "0.0.0.0";
        if (everywhere ? own.has(text) : formatAddress(bound) === text) {
          throw new UsageError(
            `expected a collector other than this one to relay to, found ${target}, where we listen`,
          );
        }
      }
    }
  }

  private tellOfBuffers(): void {
    if (this.buffersTold) return;
    this.buffersTold = true;
    const asked = this.config.receiveBuffer ?? COLLECT_LIMITS.receiveBuffer;
    for (const { receiveBuffer, address, port } of this.udp) {
      // Linux says twice what it gives, as it counts its own book-keeping.
      const given = process.platform === "linux" ? receiveBuffer / 2 : receiveBuffer;
      if (given >= asked) continue;
      const where = formatListen("udp", address, port);
      const inherited = this.config.listen.some(({ fd }) => fd !== null);
      const cure = inherited
        ? "; set it where the socket is made (systemd: ReceiveBuffer=)"
        : process.platform === "linux"
          ? `; as root: sysctl -w net.core.rmem_max=${asked}`
          : "";
      this.note(
        `${where}: expected a receive buffer of ${asked} octets, found that the kernel gives ${given}: bursts may be lost${cure}`,
      );
    }
  }

  /** One sentence about somebody's fault: once a minute at the most, whoever it is that goes on with it. */
  private tell(who: string, sentence: string): void {
    const now = performance.now();
    const last = this.told.get(sentence);
    if (last !== undefined && now - last < MINUTE_MS) return;
    if (this.told.size >= COLLECT_LIMITS.sentences) this.told.clear();
    this.told.set(sentence, now);
    this.note(`${who}: ${sentence}`);
  }

  protected override sinkFailed(error: Error): void {
    this.problem(error);
    this.rejectEnded(error);
  }

  private templatesAt(path: string): TemplateFile {
    const { decoder } = this;
    return new TemplateFile(path, {
      templates: () => decoder.templates(),
      restore: (templates) => void decoder.restore(templates),
      tell: (sentence) => this.note(sentence),
    });
  }

  private async saveTemplates(): Promise<void> {
    await this.templateFile?.save().catch(this.problem);
  }

  /**
   * Takes no more connections, then what the kernel still has, hands everything to the sink, waits until that is done, keeps the
   * templates, and closes. Can be called more than once.
   */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    const stopped = this.stream.map((listener) => listener.stop());
    await this.drain();
    // Before streams are closed, too: what they leave behind had no room otherwise.
    this.decoder.end();
    await this.release();
    await Promise.all(stopped);
    this.decoder.end();
    this.tellOfNoTemplate();
    this.decoder.flush();
    const sentence = `expected the records to be taken within ${SINK_MS / 1000} s at the end, found that some were not`;
    if (!(await within(SINK_MS, this.sinkDone()))) this.problem(new Error(sentence));
    await this.saveTemplates();
    await this.templateFile?.close();
    this.resolveEnded();
  }

  /** Until nothing has come for two rounds of the event loop. */
  private async drain(): Promise<void> {
    const until = performance.now() + DRAIN_MS;
    const taken = () => this.ledger.messages;
    let before = -1;
    while (taken() !== before && performance.now() < until) {
      before = taken();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  private async release(): Promise<void> {
    for (const timer of this.timers.splice(0)) clearInterval(timer);
    if (this.udp.length > 0) this.refresh();
    for (const listener of this.stream) void listener.stop();
    for (const socket of this.connections.keys()) socket.destroy();
    await Promise.all(this.udp.map((listener) => listener.close()));
    await this.relay?.close();
  }
}

/** True when the promise is settled in time. */
async function within(milliseconds: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  const done = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return done;
}
