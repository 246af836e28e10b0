// A strict reader of Prometheus' text exposition format 0.0.4, written from its description: it refuses what Prometheus would.

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly type: string;
  readonly help: string;
  readonly samples: Sample[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*/;
const TYPES = ["counter", "gauge", "histogram", "summary", "untyped"];

/** The families by name; throws with the line's number for anything that the format does not allow. */
export function readExposition(text: string): Map<string, Family> {
  if (!text.endsWith("\n")) throw new Error("the last line does not end");
  const families = new Map<string, { type: string; help: string; samples: Sample[] }>();
  const seen = new Set<string>();
  let current = "";
  for (const [index, line] of text.slice(0, -1).split("\n").entries()) {
    const fail = (why: string): never => {
      throw new Error(`line ${index + 1}: ${why}: ${line}`);
    };
    if (line.startsWith("# HELP ")) {
      const [, name = "", help = ""] = /^# HELP (\S+) (.+)$/.exec(line) ?? fail("HELP without name or text");
      if (families.has(name)) fail("a second HELP");
      families.set(name, { type: "", help, samples: [] });
      current = name;
    } else if (line.startsWith("# TYPE ")) {
      const [, name = "", type = ""] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? fail("TYPE without name or type");
      const family = families.get(name) ?? fail("TYPE before HELP");
      if (name !== current || family.type !== "" || family.samples.length > 0) fail("TYPE in a wrong place");
      if (!TYPES.includes(type)) fail("no such type");
      if (type === "counter" && !name.endsWith("_total")) fail("a counter whose name does not end in _total");
      family.type = type;
    } else {
      const sample = readSample(line, fail);
      if (sample.name !== current) fail("a sample outside its family");
      const family = families.get(current)!;
      if (family.type === "counter" && !(sample.value >= 0)) fail("a counter below zero");
      const series = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
      if (seen.has(series)) fail("a series that was there before");
      seen.add(series);
      family.samples.push({ labels: sample.labels, value: sample.value });
    }
  }
  return families;
}

function readSample(line: string, fail: (why: string) => never): Sample & { readonly name: string } {
  const name = NAME.exec(line)?.[0] ?? fail("no name of a metric");
  let rest = line.slice(name.length);
  const labels: Record<string, string> = {};
  if (rest.startsWith("{")) {
    rest = rest.slice(1);
    while (!rest.startsWith("}")) {
      const label = LABEL.exec(rest)?.[0] ?? fail("no name of a label");
      const [whole, value = ""] =
        /^="((?:[^"\\\n]|\\\\|\\"|\\n)*)"/.exec(rest.slice(label.length)) ?? fail("no value of a label");
      if (label in labels) fail("a label twice");
      labels[label] = value.replace(/\\(.)/g, (_, character: string) => (character === "n" ? "\n" : character));
      rest = rest.slice(label.length + whole.length);
      if (rest.startsWith(",")) rest = rest.slice(1);
      else if (!rest.startsWith("}")) fail("neither , nor } behind a label");
    }
    rest = rest.slice(1);
  }
  const [, value = ""] = /^ (-?\d+(?:\.\d+)?(?:e[+-]\d+)?|NaN|[+-]Inf)$/.exec(rest) ?? fail("no value");
  return { name, labels, value: Number(value) };
}
