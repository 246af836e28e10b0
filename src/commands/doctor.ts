// flowgauge doctor: listens for a while, or reads captures, and tells in sentences what is wrong with exporters.
import { Command } from "commander";
import { diagnose, FlowObservation, patients, type Symptoms, TemplateWatch } from "../collect/index.ts";
import {
  type CollectProgressState,
  createCollectProgress,
  type DoctorObject,
  doctorObject,
  printDoctor,
} from "../report/index.ts";
import { type ReceivePlan, type ReceiveSettings, receivePlan } from "./collect-plan.ts";
import { Interruption } from "./interruption.ts";
import { safeJson } from "./json-lines.ts";
import { progressState } from "./progress.ts";
import { withReceiving } from "./receive-options.ts";
import { openReceiving, type Receiving } from "./receiving.ts";
import { TerminalWords, terminalLayout } from "./terminal-words.ts";

const EXAMPLES = `Examples:
  flowgauge doctor                          listens on UDP port 2055 for a minute
  flowgauge doctor udp://:9995 --for 10m    long enough to see active timeouts and templates come again
  flowgauge doctor file.pcap                an exporter's messages in a capture
  flowgauge doctor --json udp://:2055 | jq '.findings[] | select(.level == "warning") | .sentence'
`;

const NOTES = `
Nothing is stored or passed on. Ctrl-C tells what has been seen so far, SIGUSR1 does without ending. docs/doctor.md has the findings.
Exit codes: 0 messages arrived, whatever was found in them; 1 none arrived; 2 wrong usage; 130 interrupted.`;

const DEFAULT_FOR = "60s";
const PROGRESS_MS = 200;
/** Looking at templates may take a twentieth of the time, and is not done more often than this. */
const LOOK_MS = 1000;
const LOOK_SHARE = 20;
const EXIT = { ok: 0, failed: 1, interrupted: 130 } as const;

interface DoctorSettings extends ReceiveSettings {
  readonly json?: true;
}

export function doctorCommand(): Command {
  const command = new Command("doctor")
    .description("Tell what is wrong with exporters: templates, missing fields, sampling, clocks, gaps, timeouts.")
    .argument("[source...]", "addresses to listen on, or captures");
  return withReceiving(command, DEFAULT_FOR)
    .optionsGroup("Output:")
    .option("--json", "one object")
    .addHelpText("before", EXAMPLES)
    .addHelpText("after", NOTES)
    .action(async (sources: string[], settings: DoctorSettings) => {
      const plan = receivePlan(sources, settings.clock === undefined ? { ...settings, clock: "keep" } : settings);
      process.exitCode = await new DoctorRun(plan, settings.json === true).run();
    });
}

class DoctorRun {
  private readonly plan: ReceivePlan;
  private readonly json: boolean;
  private readonly words = new TerminalWords<CollectProgressState>(createCollectProgress(process.stderr));
  private readonly interruption = new Interruption(() => this.tellSoFar());
  private readonly observation = new FlowObservation();
  private readonly watch = new TemplateWatch();
  private readonly began = performance.now();
  private readonly timers: NodeJS.Timeout[] = [];
  private receiving: Receiving | null = null;
  private nextLook = 0;

  constructor(plan: ReceivePlan, json: boolean) {
    this.plan = plan;
    this.json = json;
  }

  async run(): Promise<number> {
    const { interruption, words } = this;
    try {
      const receiving = await this.open();
      this.receiving = receiving;
      try {
        this.tellStart(receiving);
        await Promise.race([receiving.ended, this.time(), interruption.ended]);
      } finally {
        this.look(receiving);
        await receiving.close();
      }
      this.look(receiving);
      return this.tell(receiving);
    } finally {
      for (const timer of this.timers) clearInterval(timer);
      interruption.stop();
      words.end();
    }
  }

  private open(): Promise<Receiving> {
    const { observation, words } = this;
    return openReceiving(this.plan, {
      collect: {
        sink: {
          write: (batch) => {
            observation.observe(batch);
            if (this.receiving !== null) this.lookNowAndThen(this.receiving);
          },
        },
      },
      templates: null,
      onNote: (sentence) => words.say(sentence),
      onProblem: ({ message }) => words.sayOnce(message),
    });
  }

  /** Resolves when the time is over; captures end by themselves. */
  private time(): Promise<void> {
    const { captures, milliseconds } = this.plan;
    return new Promise((resolve) => {
      if (captures.length === 0 && Number.isFinite(milliseconds)) this.timers.push(setTimeout(resolve, milliseconds));
    });
  }

  private tellStart(receiving: Receiving): void {
    const { words, timers, plan } = this;
    const seconds = plan.milliseconds / 1000;
    if (receiving.listening.length > 0) {
      const how = Number.isFinite(seconds) ? `for ${seconds} s; Ctrl-C tells earlier` : "until Ctrl-C";
      words.say(`listening on ${receiving.listening.join(", ")} ${how}`);
      timers.push(setInterval(() => this.lookNowAndThen(receiving), LOOK_MS));
    }
    if (process.stderr.isTTY === true) {
      timers.push(setInterval(() => words.draw(() => progressState(receiving.view.ledger)), PROGRESS_MS));
    }
  }

  /** Templates are looked at as often as that costs little; of captures with each batch, as their time runs faster. */
  private lookNowAndThen(receiving: Receiving): void {
    if (this.plan.captures.length > 0 || performance.now() >= this.nextLook) this.look(receiving);
  }

  private look({ view }: Receiving): void {
    const now = performance.now();
    this.watch.look(view.templates());
    this.nextLook = now + Math.max(LOOK_MS / 2, LOOK_SHARE * (performance.now() - now));
  }

  private object({ view }: Receiving): DoctorObject {
    const { observation, watch } = this;
    const symptoms: Symptoms = {
      ledger: view.ledger,
      observation,
      templates: watch.templates(),
      seconds: this.seconds(),
    };
    const all = patients(symptoms);
    return doctorObject(view, symptoms, all, diagnose(symptoms, all));
  }

  /** How long was listened; of captures, how long their messages span. */
  private seconds(): number {
    const { receiving, plan, began } = this;
    if (plan.captures.length === 0) return (performance.now() - began) / 1000;
    const pages = receiving?.view.ledger.pages ?? [];
    const first = Math.min(...pages.map(({ firstSeen }) => firstSeen));
    const last = Math.max(...pages.map(({ lastSeen }) => lastSeen));
    return pages.length === 0 ? 0 : last - first;
  }

  private tellSoFar(): void {
    if (this.receiving === null) return;
    // What came since the last look is to be in it.
    this.look(this.receiving);
    this.words.write(printDoctor(this.object(this.receiving), terminalLayout(process.stderr)));
  }

  private tell(receiving: Receiving): number {
    const { words, interruption, json } = this;
    words.end();
    const object = this.object(receiving);
    for (const { message } of receiving.view.problems) words.sayOnce(message);
    if (json) process.stdout.write(`${safeJson(object)}\n`);
    if (object.messages === 0) {
      words.say(nothingArrived(this.plan));
      return interruption.happened ? EXIT.interrupted : EXIT.failed;
    }
    if (!json) process.stdout.write(printDoctor(object, terminalLayout(process.stdout)));
    return interruption.happened ? EXIT.interrupted : EXIT.ok;
  }
}

function nothingArrived({ listen, captures }: ReceivePlan): string {
  if (captures.length > 0) {
    return `${captures.join(", ")}: expected messages of NetFlow, IPFIX or sFlow, found none; was the exporter's port captured, whole packets?`;
  }
  const ports = [...new Set(listen.map(({ port }) => port))];
  const filter = ports.map((port) => `port ${port}`).join(" or ");
  return (
    "expected messages of NetFlow, IPFIX or sFlow, found none; check the address and port that the exporter sends to, firewalls " +
    `on the way and here, and what arrives at all: tcpdump -ni any ${filter}`
  );
}
