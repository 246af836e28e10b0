// What `pdml columns` is asked: fields that rows are made of, what is counted of them, how rows are ordered. Words -> ColumnsQuestion.
import { UsageError } from "../core/errors.ts";
import { quoteWithHint } from "../core/suggestion.ts";

/** A field of frames; `label`: its line for people (PDML's `showname`) in place of its value. */
export interface ColumnField {
  /** As it was asked for: the column's name. */
  readonly text: string;
  readonly name: string;
  readonly label: boolean;
}

export const MEASURE_KINDS = [
  "count",
  "sum",
  "mean",
  "deviation",
  "min",
  "max",
  "distinct",
  "first",
  "last",
  "values",
] as const;
export type MeasureKind = (typeof MEASURE_KINDS)[number];

export interface ColumnMeasure {
  /** Stable: `frames`, `sum(frame.len)`. */
  readonly name: string;
  readonly kind: MeasureKind;
  /** null = of the frames themselves. */
  readonly field: ColumnField | null;
}

export interface ColumnsQuestion {
  /** What rows are grouped by, or the columns of a list; of flows the key. */
  readonly keys: readonly ColumnField[];
  /** Nobody asked for the keys: those that no frame had are no columns. */
  readonly defaultKeys: boolean;
  /** Empty = a list: a row a frame. */
  readonly measures: readonly ColumnMeasure[];
  /** A row for each value of a field that has several, not for the first one. */
  readonly each: boolean;
  /** Rows are flows: frames of one key, no longer apart than this (Infinity = however long). null = they are groups. */
  readonly idleSeconds: number | null;
  /** Length of the buckets of a series; null = none. */
  readonly bucketSeconds: number | null;
  /** Only groups some frame of which has all of these. */
  readonly having: readonly string[];
  /** Name of a column; null = the first measure. */
  readonly sort: { readonly by: string; readonly descending: boolean } | null;
  /** null = all. */
  readonly top: number | null;
  /** More are counted together, as others. */
  readonly maxGroups: number;
  /** Zone that people's times are shown in. */
  readonly zone: string;
}

const LABEL = ":label";
const NAME = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

/** `ip.src,http.host` or `tls.handshake.type:label`. */
export function parseColumnFields(text: string, option: string): readonly ColumnField[] {
  return text.split(",").map((part) => {
    const word = part.trim();
    const label = word.endsWith(LABEL);
    const name = label ? word.slice(0, -LABEL.length) : word;
    if (!NAME.test(name))
      throw new UsageError(
        `${option}: expected a field of tshark such as ip.src, or ip.src:label for its line for people, found "${word}".`,
      );
    return { text: word, name, label };
  });
}

export const COUNT: ColumnMeasure = { name: "frames", kind: "count", field: null };

export function measureOf(kind: MeasureKind, field: ColumnField): ColumnMeasure {
  return { name: `${kind}(${field.text})`, kind, field };
}

/** Columns of flows beside their key. */
export const FLOW_COLUMNS = ["start", "end", "duration"] as const;

/** `frames`, `count`, `sum(frame.len)`, `sum` of one sum, a key's name; `:asc`, `:desc`. `reverse` turns it round. */
export function parseColumnSort(
  text: string | undefined,
  { keys, measures, idleSeconds }: Pick<ColumnsQuestion, "keys" | "measures" | "idleSeconds">,
  reverse: boolean,
): ColumnsQuestion["sort"] {
  const first = measures[0];
  if (text === undefined) return first === undefined ? null : { by: first.name, descending: !reverse };
  const [, word = "", order = ""] = /^(.*?)(?::(asc|desc|a|d))?$/i.exec(text.trim()) ?? [];
  const measure = measures.find(({ name, kind }) => name === word || kind === word);
  const flows = idleSeconds === null ? [] : FLOW_COLUMNS;
  const by = measure?.name ?? [...keys.map((key) => key.text), ...flows].find((name) => name === word);
  if (by === undefined) {
    const names = [...measures.map(({ name }) => name), ...keys.map((key) => key.text), ...flows];
    throw new UsageError(`--sort: expected one of ${names.join(", ")}, found ${quoteWithHint(word, names)}.`);
  }
  const descending = order === "" ? measure !== undefined || by === "duration" : order.toLowerCase().startsWith("d");
  return { by, descending: descending !== reverse };
}

/** Names of all fields that a question needs of frames. */
export function questionFields({
  keys,
  measures,
  idleSeconds,
  bucketSeconds,
  having,
}: ColumnsQuestion): readonly string[] {
  const timed = idleSeconds !== null || bucketSeconds !== null;
  const fields = [
    ...keys.map(({ name }) => name),
    ...measures.flatMap(({ field }) => (field === null ? [] : [field.name])),
    ...having,
    ...(timed ? ["frame.time_epoch"] : []),
  ];
  return [...new Set(fields)];
}

export function questionLabels({ keys, measures }: ColumnsQuestion): boolean {
  return keys.some(({ label }) => label) || measures.some(({ field }) => field?.label === true);
}
