// Packets of a network interface as they happen, captured by dumpcap or tcpdump.
import { SourceError, UsageError } from "../core/errors.ts";
import type { PacketSource } from "../core/packet-block.ts";
import { CaptureProcess, type ProcessEnd } from "./capture-process.ts";
import {
  type CaptureProgram,
  classifyFailure,
  findPrograms,
  type OpenOptions,
  type ProgramFailure,
  parseDrops,
  permissionSentence,
  programArguments,
  quoteTrouble,
} from "./capture-program.ts";
import { CaptureReader } from "./capture-reader.ts";
import { StreamSource } from "./stream-source.ts";
import { ANY_INTERFACE, interfaceNumber, listInterfaces } from "./system-interfaces.ts";

/** How often the program is asked what was dropped. */
const ASK_MS = 1000;

/** Rejects with a SourceError where the interface, a capture program or the permission is missing. */
export async function openLive(name: string, device: string, options: OpenOptions): Promise<PacketSource> {
  const known = listInterfaces();
  if (device !== ANY_INTERFACE && !known.includes(device)) {
    throw new SourceError(
      { source: name },
      `expected a network interface, found none of that name; there are: any ${known.join(" ")}`,
    );
  }
  const programs = findPrograms();
  if (programs.length === 0) {
    throw new SourceError(
      { source: name },
      "expected dumpcap or tcpdump to capture with, found neither; install one: sudo apt install tcpdump",
    );
  }
  let refusal: Error | null = null;
  for (const program of programs) {
    const attempt = new LiveCapture(name, device, program, options);
    await attempt.source.recognise();
    if (attempt.source.recognised) return attempt.source;
    await attempt.source.close();
    // Often one program has the permission that the other one lacks.
    if (attempt.failure !== "permission") throw attempt.source.problems[0]!;
    refusal ??= attempt.source.problems[0]!;
  }
  throw refusal!;
}

/** One program at work on one interface. */
class LiveCapture {
  readonly source: StreamSource;
  failure: ProgramFailure | null = null;
  readonly #reader: CaptureReader;
  readonly #program: CaptureProgram;
  readonly #process: CaptureProcess;

  constructor(name: string, device: string, program: CaptureProgram, options: OpenOptions) {
    this.#program = program;
    this.#reader = new CaptureReader(name, undefined, { index: interfaceNumber(device), name: device });
    this.#process = new CaptureProcess(program.path, programArguments(program, device, options));
    this.source = new StreamSource(this.#reader, {
      octets: this.#octets(),
      live: true,
      progress: () => null,
      close: async () => this.#process.stop(),
    });
  }

  /** All that the program captures; then takes down what it lost, and throws unless it was we who ended it. */
  async *#octets(): AsyncGenerator<Uint8Array, void, void> {
    let whole = false;
    const { counts } = this.#reader;
    if (this.#program.name === "dumpcap") counts.dropsToldAtEnd = true;
    const asking = setInterval(() => this.#ask(), ASK_MS);
    try {
      for await (const octets of this.#process.octets()) yield octets;
      whole = true;
    } finally {
      clearInterval(asking);
      if (!whole) await this.#process.abandon();
    }
    const end = await this.#process.ended;
    delete counts.dropsToldAtEnd;
    this.#bookDrops();
    if (!this.#process.stopping) throw this.#explain(end);
  }

  /** What it says is there when it is asked for the next time. */
  #ask(): void {
    if (this.#program.name !== "tcpdump") return;
    this.#bookDrops();
    this.#process.ask();
  }

  #bookDrops(): void {
    const drops = parseDrops(this.#program.name, this.#process.said);
    this.#reader.counts.kernelDrops = drops.kernel;
    this.#reader.counts.interfaceDrops = drops.interface;
  }

  #explain(end: ProcessEnd): Error {
    const { name: source } = this.#reader;
    const { name, path } = this.#program;
    this.failure =
      end.error === null
        ? classifyFailure(this.#process.said)
        : classifyFailure(end.error.message.replace("EACCES", "permission"));
    const quoted =
      quoteTrouble(name, this.#process.said) || end.error?.message || `exit code ${end.code ?? end.signal}`;
    if (this.failure === "filter")
      return new UsageError(`expected a capture filter (see man pcap-filter), found: ${quoted}`);
    if (this.failure === "permission") {
      return new SourceError({ source }, permissionSentence(name, path));
    }
    const packet = this.#reader.counts.packets;
    const sentence =
      this.failure === "gone"
        ? `expected the interface to stay up, found that it went away after packet ${packet} (${quoted}); the packets before are given`
        : `expected ${name} to capture until it is stopped, found that it ended after packet ${packet} (${quoted})`;
    return new SourceError({ source }, sentence);
  }
}
