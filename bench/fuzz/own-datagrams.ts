// Datagrams of every format made here, for fuzzing where no corpus is: small, right, and with the less usual parts in them.

/** Octets of numbers: each pair is a value and how many octets it takes. */
function octets(...pairs: readonly (readonly [value: number, octets: number])[]): number[] {
  return pairs.flatMap(([value, length]) =>
    Array.from({ length }, (_, i) => Math.floor(value / 256 ** (length - 1 - i)) % 256),
  );
}

function shorts(...values: readonly number[]): number[] {
  return octets(...values.map((value) => [value, 2] as const));
}

function words(...values: readonly number[]): number[] {
  return octets(...values.map((value) => [value, 4] as const));
}

function filler(length: number): number[] {
  return Array.from({ length }, (_, i) => (i * 37 + 1) % 256);
}

const SECONDS = 1_700_000_000;

function fixed(version: number, records: number, recordOctets: number, rest: readonly number[]): Uint8Array {
  const header = [...shorts(version, records), ...words(5_000_000, SECONDS, 500_000_000), ...rest];
  return Uint8Array.from([...header, ...filler(records * recordOctets)]);
}

/** Octets of a record of each aggregation scheme of NetFlow v8, from 1 on. */
const V8_OCTETS = [28, 28, 32, 32, 40, 32, 40, 44, 32, 32, 32, 32, 40, 40];

function set(id: number, ...content: readonly (readonly number[])[]): number[] {
  const all = content.flat();
  while (all.length % 4 !== 0) all.push(0);
  return [...shorts(id, all.length + 4), ...all];
}

function v9(sequence: number, ...sets: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from([...shorts(9, sets.length), ...words(5_000_000, SECONDS, sequence, 77), ...sets.flat()]);
}

function ipfix(sequence: number, ...sets: readonly (readonly number[])[]): Uint8Array {
  const all = sets.flat();
  return Uint8Array.from([...shorts(10, all.length + 16), ...words(SECONDS, sequence, 77), ...all]);
}

/** Fields of NetFlow v9: number and octets. */
const V9_FIELDS = [8, 4, 12, 4, 27, 16, 28, 16, 7, 2, 11, 2, 4, 1, 5, 1, 6, 1, 1, 4, 2, 8, 22, 4, 21, 4, 10, 2, 14, 4];
const V9_OCTETS = V9_FIELDS.reduce((sum, value, i) => (i % 2 === 0 ? sum : sum + value), 0);

const ENTERPRISE = 0x8000;
const VARIABLE = 65_535;
const REVERSE_PEN = 29_305;

function ipfixTemplate(id: number, fields: readonly (readonly [id: number, length: number, pen?: number])[]): number[] {
  const specified = fields.flatMap(([element, length, pen]) =>
    pen === undefined ? shorts(element, length) : [...shorts(element | ENTERPRISE, length), ...words(pen)],
  );
  return [...shorts(id, fields.length), ...specified];
}

const BIFLOW = ipfixTemplate(300, [
  [27, 16],
  [28, 16],
  [7, 2],
  [11, 2],
  [4, 1],
  [152, 8],
  [157, 8],
  [1, 3],
  [2, 5],
  [1, 8, REVERSE_PEN],
  [2, 8, REVERSE_PEN],
  [82, VARIABLE],
  [99, 4, 6871],
]);
const BIFLOW_RECORD = [...filler(32 + 5 + 16 + 8 + 16), 5, 101, 116, 104, 48, 49, 0, 0, 0, 1];

/** Structured data (RFC 6313): a basicList, a subTemplateList and a subTemplateMultiList, each inside its record. */
const LISTS = ipfixTemplate(301, [
  [291, VARIABLE],
  [292, VARIABLE],
  [293, VARIABLE],
]);
const BASIC = [13, 3, ...shorts(10, 4), ...words(1, 2)];
const SUB_TEMPLATES = [9, 3, ...shorts(302), ...words(1), ...shorts(5)];
const MULTI = [11, 3, ...shorts(302, 10), ...words(9), ...shorts(7)];
const INNER = ipfixTemplate(302, [
  [10, 4],
  [7, 2],
]);

/** An options template and its record: sampling of everything (RFC 3954 section 6.1, RFC 7011 section 3.4.2). */
const V9_OPTIONS = shorts(400, 4, 8, 1, 4, 34, 4, 35, 1);
const IPFIX_OPTIONS = [...shorts(400, 3, 1), ...shorts(149, 4, 305, 4, 306, 4)];
/** An information element described by its exporter (RFC 5610). */
const TYPE_OPTIONS = [...shorts(401, 4, 2), ...shorts(346, 4, 303, 2, 339, 1, 341, VARIABLE)];
const TYPE_RECORD = [...words(4242), ...shorts(7), 3, 4, 110, 97, 109, 101];

const SAMPLED_HEADER = [...filler(12), 8, 0, 0x45, ...filler(39), 0, 0];

function sflow(samples: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from([...words(5, 1, 0x7f000001, 0, 42, 5_000_000, samples.length), ...samples.flat()]);
}

function sample(format: number, ...content: readonly (readonly number[])[]): number[] {
  const all = content.flat();
  return [...words(format, all.length), ...all];
}

/** A flow sample of versions 2 and 4 with a sampled header, and one with what is known of an IPv4 packet. */
function oldSflow(version: number): Uint8Array {
  const sampled = [...words(1, 64, SAMPLED_HEADER.length), ...SAMPLED_HEADER];
  const packet = words(64, 6, 0x0a000001, 0x0a000002, 1000, 80, 24, 0);
  return Uint8Array.from([
    ...words(version, 1, 0x7f000001, 42, 5_000_000, 2),
    ...words(1, 7, 3, 100, 1000, 0, 3, 4, 1),
    ...sampled,
    ...words(1, 1, 0, 2, 0, 0),
    ...words(1, 8, 3, 100, 1000, 0, 3, 4, 2),
    ...packet,
    ...words(0),
  ]);
}

const RAW_HEADER = sample(1, words(1, 64, 4, SAMPLED_HEADER.length), SAMPLED_HEADER);
const EXTENDED = [sample(1001, words(1, 0, 2, 0)), sample(1002, words(1, 0x0a000001, 24, 16))].flat();
const COUNTERS = sample(1, filler(88));

/** One datagram at least of each format, in an order in which templates come before what they describe. */
export function ownDatagrams(): Uint8Array[] {
  return [
    fixed(1, 3, 48, []),
    fixed(5, 3, 48, words(9, 0x0001_4001)),
    fixed(7, 3, 52, words(9, 0)),
    ...V8_OCTETS.map((size, scheme) => fixed(8, 2, size, [...words(9), 0, 0, scheme + 1, 2, ...words(0)])),
    v9(1, set(0, shorts(300, V9_FIELDS.length / 2), shorts(...V9_FIELDS)), set(300, filler(3 * V9_OCTETS))),
    v9(2, set(1, V9_OPTIONS), set(400, filler(4 + 4 + 1)), set(300, filler(V9_OCTETS))),
    v9(3, set(555, filler(40))),
    ipfix(0, set(2, BIFLOW), set(300, BIFLOW_RECORD, BIFLOW_RECORD)),
    ipfix(2, set(2, INNER, LISTS), set(301, BASIC, SUB_TEMPLATES, MULTI)),
    ipfix(3, set(3, IPFIX_OPTIONS), set(400, words(77, 1, 99))),
    ipfix(4, set(3, TYPE_OPTIONS), set(401, TYPE_RECORD)),
    ipfix(5, set(2, shorts(300, 0)), set(555, filler(40))),
    sflow([
      sample(1, words(7, 3, 100, 1000, 0, 3, 4, 3), RAW_HEADER, EXTENDED),
      sample(3, words(8, 0, 3, 100, 1000, 0, 0, 3, 0, 4, 1), RAW_HEADER),
    ]),
    sflow([sample(2, words(9, 3, 1), COUNTERS), sample(4, words(10, 0, 3, 1), COUNTERS)]),
    oldSflow(2),
    oldSflow(4),
  ];
}
