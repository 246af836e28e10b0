// ClickHouse's types as far as it takes to walk over a column of any of them in a Native block.

/** How a type's values lie in a column. */
export type TypeLayout =
  | { readonly form: "fixed"; readonly octets: number }
  | { readonly form: "string" }
  | { readonly form: "nullable" | "array" | "lowCardinality"; readonly of: TypeLayout }
  | { readonly form: "map"; readonly key: TypeLayout; readonly value: TypeLayout }
  | { readonly form: "tuple"; readonly of: readonly TypeLayout[] };

/** Columns of a block at the most; no honest one comes near. */
export const MOST_COLUMNS = 4096;
/** Types in types at the most. */
const MOST_DEPTH = 8;

const FIXED: ReadonlyMap<string, number> = new Map([
  ...["UInt8", "Int8", "Bool", "Enum8"].map((name) => [name, 1] as const),
  ...["UInt16", "Int16", "Date", "Enum16", "BFloat16"].map((name) => [name, 2] as const),
  ...["UInt32", "Int32", "Float32", "Date32", "DateTime", "IPv4", "Decimal32"].map((name) => [name, 4] as const),
  ...["UInt64", "Int64", "Float64", "DateTime64", "Decimal64"].map((name) => [name, 8] as const),
  ...["UInt128", "Int128", "IPv6", "UUID", "Decimal128"].map((name) => [name, 16] as const),
  ...["UInt256", "Int256", "Decimal256"].map((name) => [name, 32] as const),
]);

/** The layout of a type by its name, as `DateTime64(9, 'UTC')` or `Array(Nullable(String))`; null = not known here. */
export function typeLayout(type: string, depth = 0): TypeLayout | null {
  const match = /^(\w+)(?:\((.*)\))?$/su.exec(type.trim());
  if (match === null || depth > MOST_DEPTH) return null;
  const [, name = "", inside] = match;
  if (name === "String" && inside === undefined) return { form: "string" };
  if (name === "FixedString") return fixedString(inside);
  if (name === "Decimal") return decimal(inside);
  const octets = FIXED.get(name);
  if (octets !== undefined) return { form: "fixed", octets };
  if (inside === undefined) return null;
  const parts = splitTypes(inside).map((part) => typeLayout(name === "Tuple" ? withoutName(part) : part, depth + 1));
  if (parts.length === 0 || parts.includes(null)) return null;
  const [first, second] = parts as TypeLayout[];
  if (name === "Tuple") return { form: "tuple", of: parts as TypeLayout[] };
  if (name === "Map") return parts.length === 2 ? { form: "map", key: first!, value: second! } : null;
  if (parts.length !== 1) return null;
  if (name === "Nullable") return { form: "nullable", of: first! };
  if (name === "Array") return { form: "array", of: first! };
  // The dictionary holds the values themselves; its first entry stands for null.
  if (name === "LowCardinality") return { form: "lowCardinality", of: first!.form === "nullable" ? first!.of : first! };
  return null;
}

function fixedString(inside: string | undefined): TypeLayout | null {
  const octets = /^\d{1,7}$/.test(inside ?? "") ? Number(inside) : 0;
  return octets > 0 ? { form: "fixed", octets } : null;
}

/** Decimal(P, S) is as wide as P digits need. */
function decimal(inside: string | undefined): TypeLayout | null {
  const digits = Number(/^(\d{1,2})\b/.exec(inside ?? "")?.[1] ?? 0);
  if (digits < 1 || digits > 76) return null;
  return { form: "fixed", octets: digits <= 9 ? 4 : digits <= 18 ? 8 : digits <= 38 ? 16 : 32 };
}

/** Members of a Tuple may have names: `Tuple(a String)`. */
function withoutName(part: string): string {
  return /^\s*(?:\w+|`[^`]*`)\s+(\w.*)$/su.exec(part)?.[1] ?? part;
}

/** Splits at the commas that stand in no parentheses and no quotes. */
function splitTypes(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === "\\") i++;
    else if (character === "'") quoted = !quoted;
    else if (quoted) continue;
    else if (character === "(") depth++;
    else if (character === ")") depth--;
    else if (character === "," && depth === 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}
