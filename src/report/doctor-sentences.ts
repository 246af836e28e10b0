// The sentence of each finding of `flowgauge doctor`: what was found, and why it matters.
import type { FindingCode } from "../collect/index.ts";
import { offsetText, percent } from "./collect-text.ts";
import { counted, withTime } from "./quantity.ts";

type Values = Readonly<Record<string, number | string>>;
type Sentence = (values: Values) => string;

const number = (values: Values, name: string) => Number(values[name] ?? 0);
const count = (values: Values, noun: string) => counted(number(values, "count"), noun);
/** Of one it is another word. */
const verb = (values: Values, one: string, many: string) => (number(values, "count") === 1 ? one : many);
const share = (values: Values) => percent(number(values, "share"));

const SENTENCES: Record<FindingCode, Sentence> = {
  allWell: () => "nothing that needs to be changed was found",
  kernelDrops: (v) =>
    `${count(v, "datagram")} (${share(v)}) ${verb(v, "was", "were")} dropped by this machine's kernel: the collector did not take them in time`,
  notFlow: (v) => `${count(v, "message")} arrived that ${verb(v, "is", "are")} neither NetFlow, IPFIX nor sFlow`,
  notAllowed: (v) => `${count(v, "message")} came from exporters that are not on the list of --allow`,
  sinkBehind: (v) =>
    `${count(v, "message")} ${verb(v, "was", "were")} dropped here because the records were not taken fast enough`,
  lostOnTheWay: (v) =>
    number(v, "known") === 1
      ? `${lossText(v)}, and this machine's kernel dropped none: they were lost in the network, or never sent`
      : `${lossText(v)}: they were lost in the network or by the capture, or never sent`,
  lostHere: (v) =>
    `${lossText(v)}; this machine's kernel dropped ${counted(number(v, "kernelDrops"), "datagram")}, so some or all were lost here`,
  outOfOrder: (v) =>
    `${count(v, "message")} (${share(v)}) came late or twice: there are several paths to this collector`,
  restarts: (v) =>
    `its sequence numbers began anew ${counted(number(v, "count"), "time")}: it was restarted, or several devices send as this address`,
  refused: (v) => `${count(v, "message")} could not be decoded, or not to the end (${v.reasons})`,
  noTemplate: noTemplateText,
  templateRefresh: (v) =>
    number(v, "once") === 1
      ? `a template was sent only once in ${withTime(number(v, "seconds"))}: a collector that starts later knows nothing of the data until it comes again`
      : `templates come ${withTime(number(v, "seconds"))} apart: after a start a collector waits that long for its first records`,
  templateChanged: (v) =>
    `templates came again with other fields ${counted(number(v, "count"), "time")} under the same number: the configuration was changed, or several devices send as this address`,
  templateOtherPort: (v) =>
    `${count(v, "set")} of data needed a template that came from another port of this address; it was used`,
  templateIdShared: (v) =>
    `template numbers (${v.ids}) stand for different fields on different ports of this address: several processes or devices share address and domain`,
  onlyOptions: () =>
    "it describes itself, but has sent no flow records: nothing is metered, or its flows have not ended yet",
  samplingUnsaid: () =>
    "it does not say whether it samples: its counts are taken as they are, and are too low if it does",
  samplingUnknown: (v) =>
    `${count(v, "record")} ${verb(v, "names", "name")} a sampler that it has not described: the sampling rate is not known`,
  clockOffset: (v) =>
    `its clock is ${offsetText(number(v, "seconds")).slice(1)} ${number(v, "seconds") < 0 ? "behind" : "ahead of"} ours${number(v, "repaired") > 0 ? `; the times of ${counted(number(v, "repaired"), "record")} were moved to those of their receipt` : ""}`,
  uptimeWrapped: (v) =>
    `sysUpTime has wrapped in ${count(v, "record")} (it does every 49.7 days); the times were repaired`,
  timeContradicts: (v) =>
    `${count(v, "record")} (${share(v)}) ${verb(v, "starts", "start")} after ${verb(v, "its", "their")} end`,
  withoutTimes: (v) =>
    `${count(v, "record")} (${share(v)}) ${verb(v, "has", "have")} no start or no end: when the traffic was is not known`,
  longFlows: (v) =>
    `${count(v, "record")} (${share(v)}) ${verb(v, "is", "are")} of flows longer than 5 minutes, up to ${withTime(number(v, "longest"))}: the active timeout is too long, and graphs show such traffic late and as bursts`,
  future: (v) =>
    `${count(v, "record")} (${share(v)}) ${verb(v, "ends", "end")} more than a minute after being received`,
  late: (v) => `${count(v, "record")} (${share(v)}) ended more than 15 minutes before being received`,
  withoutPackets: (v) => `${count(v, "record")} (${share(v)}) ${verb(v, "has", "have")} no packets`,
  withoutBytes: (v) => `${count(v, "record")} (${share(v)}) ${verb(v, "has", "have")} no octets`,
  impossible: (v) =>
    `${count(v, "record")} (${share(v)}) ${verb(v, "has", "have")} octets that so many packets cannot have: counters are cut, swapped or multiplied`,
  noProtocol: () => "no record has a protocol",
  noPorts: () => "no record of TCP or UDP has a port",
  noTcpFlags: () => "no record of TCP has flags: scans and failed connections cannot be told from others",
  noInterfaces: () => "no record has an interface: traffic cannot be told by link",
  noOutputInterface: () => "no record has an output interface: where traffic leaves is not known",
  noRouting: () => "no record has an autonomous system or a next hop, as those of other exporters do",
  countDiffers: (v) =>
    `${count(v, "message")} ${verb(v, "says", "say")} another number of records than there are: a fault of the exporter's software`,
  fieldOpaque: (v) =>
    `${count(v, "field")} of its templates ${verb(v, "has a length", "have lengths")} that the type cannot have; kept as octets`,
  unknownFields: (v) =>
    `${count(v, "field")} of its templates ${verb(v, "has", "have")} no name here (${v.names}); values are kept in \`other\``,
  oldFormat: () => "this format has no IPv6, no VLANs, no MAC addresses and 16-bit AS numbers only",
  sameFlows: (v) =>
    `${v.first} and ${v.second} report the same flows (${count(v, "record")}, ${share(v)} of the smaller one's): such traffic is counted twice`,
};

function lossText(values: Values): string {
  const records = number(values, "count");
  const messages = number(values, "messages");
  const what = [
    ...(messages > 0 ? [counted(messages, "message")] : []),
    ...(records > 0 ? [`${messages > 0 ? "about " : ""}${counted(records, "record")} (${share(values)})`] : []),
  ];
  return `${what.join(", ")} never arrived`;
}

function noTemplateText(values: Values): string {
  const waiting = number(values, "waiting");
  const lost = number(values, "lost");
  const parts = [
    ...(waiting > 0
      ? [`${counted(waiting, "set")} of data still ${waiting === 1 ? "waits" : "wait"} for a template`]
      : []),
    ...(lost > 0
      ? [`${counted(lost, "set")} of data ${lost === 1 ? "was" : "were"} dropped because the template did not come`]
      : []),
  ];
  return `${parts.join(", ")} (listened for ${withTime(number(values, "seconds"))})`;
}

/** A sentence without its end, with a small first letter unless it begins with a name. */
export function findingSentence(code: FindingCode, values: Values): string {
  return SENTENCES[code](values);
}

/** Every code that there is. */
export const FINDING_CODES: readonly FindingCode[] = Object.keys(SENTENCES) as FindingCode[];
