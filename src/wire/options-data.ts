// Options data (RFC 7011 section 3.4.2, RFC 3954 section 6): what exporters say of themselves. Rare, so values become objects here.

import { SAMPLING_SOURCE } from "../core/elements.ts";
import { ABSTRACT_TYPES } from "../core/information-elements.ts";
import type { Message } from "../core/message.ts";
import type { ReaderContext } from "./reader-context.ts";
import type { Source } from "./sources.ts";
import type { Template } from "./template.ts";
import { readUnsigned, textRoom, writeValue } from "./value-text.ts";

type Value = string | number | null;
type Fields = Record<string, Value>;

/** Octets of one value that are looked at. */
const MOST_OCTETS = 1024;

const decoder = new TextDecoder();
const scratch = new Uint8Array(textRoom(MOST_OCTETS));

/** Books one record of options data and remembers what it says. */
export function takeOptions(
  context: ReaderContext,
  source: Source,
  message: Message,
  template: Template,
  bytes: Uint8Array,
  base: number,
  offsets: Int32Array,
  lengths: Int32Array,
): void {
  source.page.optionsRecords++;
  const fields: Fields = {};
  for (const [place, { name, type }] of template.fields.entries()) {
    if (name.startsWith("paddingOctets")) continue;
    fields[name] = readOption(bytes, base + offsets[place]!, Math.min(lengths[place]!, MOST_OCTETS), type);
  }
  rememberSampling(source, fields, template);
  const boot = fields.systemInitTimeMilliseconds;
  if (typeof boot === "number" && boot < 4.2e12) source.shared.bootMilliseconds = boot;
  learnName(context, source, fields);
  const { exporter, domain } = source;
  context.onOptions?.({
    received: message.seconds,
    exporter: exporter.text,
    domain,
    template: template.id,
    fields,
    scopes: template.scopes,
  });
}

function readOption(bytes: Uint8Array, at: number, octets: number, type: Template["fields"][number]["type"]): Value {
  if (octets === 0) return null;
  const whole = type.startsWith("unsigned") || type === "dateTimeSeconds" || type === "dateTimeMilliseconds";
  if (whole && octets <= 8) {
    const value = readUnsigned(bytes, at, octets);
    if (value <= Number.MAX_SAFE_INTEGER) return value;
  }
  return decoder.decode(scratch.subarray(0, writeValue(scratch, 0, type, bytes, at, octets)));
}

/** The rate that a record of options data tells (RFC 3954 section 8, RFC 5477 section 8.2); 0 = none. */
function rateOf(fields: Fields): number {
  const number = (name: string) => (typeof fields[name] === "number" ? (fields[name] as number) : 0);
  const interval = number("samplingPacketInterval");
  if (interval > 0) return Math.round((interval + number("samplingPacketSpace")) / interval);
  const size = number("samplingSize");
  if (size > 0) return Math.round(number("samplingPopulation") / size);
  return number("samplingInterval") || number("samplerRandomInterval");
}

function rememberSampling(source: Source, fields: Fields, template: Template): void {
  const rate = rateOf(fields);
  if (rate < 1) return;
  const { sampling } = source.shared;
  const sampler = fields.samplerId ?? fields.selectorId;
  const interfaces = template.fields.slice(0, template.scopes).map(({ name }) => name);
  const byInterface = interfaces.find((name) => name === "scope.interface" || name === "ingressInterface");
  if (typeof sampler === "number") sampling.setSampler(sampler, rate);
  else if (byInterface !== undefined && typeof fields[byInterface] === "number")
    sampling.setInterface(fields[byInterface], rate);
  else sampling.set(rate, SAMPLING_SOURCE.options);
}

/** RFC 5610: an exporter describes an element of an enterprise. */
function learnName(context: ReaderContext, { exporter }: Source, fields: Fields): void {
  const { informationElementId: id, informationElementName: name } = fields;
  const pen = fields.privateEnterpriseNumber ?? 0;
  if (typeof id !== "number" || typeof name !== "string" || typeof pen !== "number" || pen === 0) return;
  if (!/^[\x21-\x7e]{1,128}$/.test(name)) return;
  const key = `${pen}/${id & 0x7fff}`;
  const type =
    ABSTRACT_TYPES[typeof fields.informationElementDataType === "number" ? fields.informationElementDataType : 0];
  const known = exporter.names.get(key);
  if (known?.name === name && known.type === (type ?? "octetArray")) return;
  if (known === undefined && exporter.names.size >= context.limits.namesPerExporter) return;
  exporter.namesLearned++;
  exporter.names.set(key, { name, type: type ?? "octetArray" });
}
