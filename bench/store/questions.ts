// The questions that are timed, as each program is asked them.

export interface Question {
  readonly title: string;
  /** Words of `flowgauge query SOURCE`, then those behind it. */
  readonly ours: readonly string[];
  /** Words of `nfdump -R FOLDER`. */
  readonly nfdump: readonly string[];
}

/** An inside network and service that a few per cent of the flows have. */
const NETWORK = "src net 10.0.0.0/20 and dst port 443";

export const QUESTIONS: readonly Question[] = [
  { title: "sum of all flows", ours: ["--sum", "bytes,packets,flows"], nfdump: ["-o", "null"] },
  {
    title: `${NETWORK}, summed up`,
    ours: [NETWORK, "--sum", "bytes,packets,flows"],
    nfdump: ["-o", "null", NETWORK],
  },
  {
    title: "top 10 source addresses by bytes",
    ours: ["--by", "srcAddr", "--sort", "bytes", "--top", "10"],
    nfdump: ["-s", "srcip/bytes", "-n", "10"],
  },
  {
    title: "top 10 5-tuples by bytes",
    ours: ["--by", "srcAddr,dstAddr,srcPort,dstPort,proto", "--sort", "bytes", "--top", "10"],
    nfdump: ["-s", "record/bytes", "-n", "10"],
  },
  {
    title: "top 10 of source address and destination port by bytes",
    ours: ["--by", "srcAddr,dstPort", "--sort", "bytes", "--top", "10"],
    nfdump: ["-A", "srcip,dstport", "-s", "record/bytes", "-n", "10"],
  },
  {
    title: "5-minute series by protocol",
    ours: ["--by", "time/5m,proto", "--spread", "start"],
    // It has no series: what comes nearest is one protocol after the other, without time.
    nfdump: ["-s", "proto/bytes", "-n", "0"],
  },
  {
    title: "one address, either end",
    ours: ["host 10.0.0.100", "--sum", "bytes,packets,flows"],
    nfdump: ["-o", "null", "host 10.0.0.100"],
  },
];
