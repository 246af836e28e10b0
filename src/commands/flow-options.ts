// The options of making flows of packets, for every command whose SOURCE may be packets.
import { type Command, Option } from "commander";
import { UsageError } from "../core/errors.ts";
import {
  type FlowStreamOptions,
  type KeyPlan,
  MOST_FLOWS,
  parseKey,
  parseTimeouts,
  TRACK_DEFAULTS,
  type TrackWords,
} from "../track/index.ts";
import { repeated, whole } from "./option-values.ts";

/** The options as commander gives them. */
export interface FlowSettings {
  readonly key: string;
  readonly uniflow?: true;
  readonly timeout: readonly string[];
  readonly maxFlows: string;
  readonly tunnel: "outer" | "inner";
  readonly icmpErrors: "own" | "attach";
  readonly nonIp?: true;
  readonly bpf?: string;
  readonly snaplen?: string;
  readonly promisc: boolean;
}

/** What they mean for capture, decoding and tracking. */
export interface FlowPlan {
  readonly open: NonNullable<FlowStreamOptions["open"]>;
  readonly decode: NonNullable<FlowStreamOptions["decode"]>;
  readonly track: TrackWords;
  readonly key: KeyPlan;
}

/** Adds the groups of options "Flows" and "Capture from interfaces". */
export function addFlowOptions(command: Command): Command {
  return command
    .optionsGroup("Flows:")
    .option(
      "--key <preset|fields>",
      "what makes a flow: ip, proto, 5tuple, tos, vlan, ether, or a list of fields",
      "5tuple",
    )
    .option("--uniflow", "one record per direction instead of biflows")
    .addOption(
      new Option("--timeout <name=duration>", "when flows end; repeatable; none = one flow per key")
        .argParser(repeated)
        .default([], "as softflowd"),
    )
    .option(
      "--max-flows <n>",
      "live flows at the most; the least recently used goes first",
      String(TRACK_DEFAULTS.maxFlows),
    )
    .addOption(
      new Option("--tunnel <which>", "packets that carry others, or those inside")
        .choices(["outer", "inner"])
        .default("outer"),
    )
    .addOption(
      new Option("--icmp-errors <how>", "ICMP errors as flows of their own, or counted to the flow that caused them")
        .choices(["own", "attach"])
        .default("own"),
    )
    .option("--non-ip", "ARP and other frames without IP are flows of their own addresses, too")
    .optionsGroup("Capture from interfaces:")
    .option("--bpf <filter>", "capture only what matches, in pcap-filter's language")
    .option("--snaplen <octets>", "keep so many octets of each packet")
    .option("--no-promisc", "do not listen to others' traffic");
}

export function isInterface(name: string): boolean {
  return name.startsWith("iface:");
}

export function flowPlan(sources: readonly string[], settings: FlowSettings): FlowPlan {
  const { bpf, snaplen, promisc } = settings;
  if (!sources.some(isInterface) && (bpf !== undefined || snaplen !== undefined || !promisc)) {
    throw new UsageError(
      `--bpf, --snaplen and --no-promisc apply to interfaces: expected a source iface:NAME, found ${sources.join(" ")}.`,
    );
  }
  const key = parseKey(settings.key);
  return {
    open: {
      ...(bpf === undefined ? {} : { bpf }),
      ...(snaplen === undefined ? {} : { snapLength: whole(snaplen, "--snaplen", 1, 262_144) }),
      ...(promisc ? {} : { promiscuous: false }),
    },
    decode: { tunnel: settings.tunnel, nonIp: settings.nonIp === true },
    track: {
      key: { plan: key, biflow: settings.uniflow !== true, icmp: "typeCode" },
      timeouts: parseTimeouts(settings.timeout),
      maxFlows: whole(settings.maxFlows, "--max-flows", 1, MOST_FLOWS),
      icmpErrors: settings.icmpErrors,
    },
    key,
  };
}
