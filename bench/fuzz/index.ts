// npm run fuzz [-- --datagrams N --seed N --memory MB]: changed export messages into the decoder; npm run fuzz -- pdml
// [--documents N --seed N]: changed PDML into the scanner, beside saxes. Ends with 1 where something does harm.
import { parseArgs } from "node:util";
import { type CollectLedger, FORMAT_NAMES } from "../../src/core/collect-ledger.ts";
import { corpusDatagrams } from "./corpus-datagrams.ts";
import { type FuzzResult, fuzz, looksOnly } from "./fuzz.ts";
import { ownDatagrams } from "./own-datagrams.ts";
import { fuzzPdml, pdmlSeeds } from "./pdml.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    documents: { type: "string", default: "200000" },
    datagrams: { type: "string", default: "10000000" },
    seed: { type: "string", default: "1" },
    memory: { type: "string", default: "1024" },
  },
});
const [datagrams, seed, memory] = [Number(values.datagrams), Number(values.seed), Number(values.memory)];
if (![datagrams, seed, memory].every((value) => Number.isSafeInteger(value) && value > 0)) {
  process.stderr.write(
    "fuzz: --datagrams, --seed and --memory (MB that it may grow by) take whole numbers from 1 on\n",
  );
  process.exit(2);
}

if (positionals.length > 0) {
  if (positionals.join() !== "pdml" || !(Number(values.documents) > 0)) {
    process.stderr.write("fuzz: expected nothing, or pdml with --documents N\n");
    process.exit(2);
  }
  process.exit(await pdml(Number(values.documents)));
}

const corpus = corpusDatagrams();
const seeds = [...corpus, ...ownDatagrams()];
const where = corpus.length > 0 ? "" : "; the corpus is not here";
process.stderr.write(`fuzz: ${datagrams} datagrams made from ${seeds.length}, seed ${seed}${where}\n`);

const began = performance.now();
let told = began;
const result = fuzz({
  seeds,
  headers: looksOnly,
  datagrams,
  seed,
  mostGrowth: memory * 2 ** 20,
  progress: (done) => {
    if (performance.now() - told < 10_000) return;
    told = performance.now();
    process.stderr.write(`fuzz: ${done} done, ${Math.round((1000 * done) / (told - began))} a second\n`);
  },
});
report(result);
process.exitCode = result.failure === null ? 0 : 1;

async function pdml(documents: number): Promise<number> {
  const seeds = pdmlSeeds();
  process.stderr.write(`fuzz: ${documents} documents made from ${seeds.length}, seed ${seed}\n`);
  const result = await fuzzPdml({
    seeds,
    documents,
    seed,
    progress: (done) => done % 20_000 === 0 && process.stderr.write(`fuzz: ${done} done\n`),
  });
  process.stdout.write(
    `${result.documents} documents in ${result.seconds.toFixed(1)} s, ${result.frames} frames; ${result.compared} compared with saxes, ${result.sound} of them sound\n`,
  );
  process.stdout.write(result.failure === null ? "nothing failed\n" : `FAILED ${result.failure}\n`);
  return result.failure === null ? 0 : 1;
}

function report({ ledger, ...found }: FuzzResult): void {
  const lines = [
    `${found.datagrams} datagrams in ${found.seconds.toFixed(1)} s, ${Math.round(found.datagrams / found.seconds)} a second`,
    `${found.records} records, ${found.options} options records, ${found.counters} counter samples`,
    `resident memory at the most: ${(found.peakRss / 2 ** 20).toFixed(0)} MB`,
    `slowest datagram: ${found.slowestMs.toFixed(2)} ms, ${found.slowest.length / 2} octets: ${found.slowest.slice(0, 120)}`,
    ...byFormat(ledger),
    ...counts(
      "refused",
      sumOf(ledger, (page) => page.refused),
    ),
    ...counts(
      "remarks",
      sumOf(ledger, (page) => page.remarks),
    ),
    ...counts(
      "templates",
      sumOf(ledger, (page) => page.templates),
    ),
    ...counts(
      "without template",
      sumOf(ledger, (page) => page.noTemplate),
    ),
    ...counts("on no page", ledger.unbooked),
    found.failure === null ? "nothing failed" : `FAILED ${found.failure}`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

function allPages(ledger: CollectLedger): CollectLedger["pages"] {
  return ledger.forgotten === null ? ledger.pages : [...ledger.pages, ledger.forgotten];
}

function byFormat(ledger: CollectLedger): string[] {
  return Object.entries(FORMAT_NAMES).map(([format, name]) => {
    const pages = ledger.pages.filter((page) => page.format === Number(format));
    const messages = pages.reduce((sum, page) => sum + page.messages, 0);
    return `${name}: ${messages} messages on ${pages.length} pages`;
  });
}

function sumOf(
  ledger: CollectLedger,
  part: (page: CollectLedger["pages"][number]) => Readonly<Record<string, number>>,
): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const page of allPages(ledger)) {
    for (const [name, count] of Object.entries(part(page))) sum[name] = (sum[name] ?? 0) + count;
  }
  return sum;
}

function counts(title: string, found: Readonly<Record<string, number>>): string[] {
  const some = Object.entries(found).filter(([, count]) => count > 0);
  return some.length === 0 ? [] : [`${title}: ${some.map(([name, count]) => `${name} ${count}`).join(", ")}`];
}
