// SQL for the engine, made of fixed text and bound values: what a person typed is never part of the text.

export type SqlValue = string | number | bigint | boolean | readonly (string | number | bigint)[];

/** A value with the ClickHouse type that it is bound as. */
export class Param {
  readonly type: string;
  readonly value: SqlValue;

  constructor(type: string, value: SqlValue) {
    this.type = type;
    this.value = value;
  }
}

/** What the engine is given: `{p0:UInt16}` in the text, its value under `p0`. */
export interface CompiledSql {
  readonly text: string;
  readonly params: Readonly<Record<string, SqlValue>>;
}

type Piece = string | Param;

/** A piece of SQL. Pieces are put together with `sql`, never by joining texts. */
export class Sql {
  readonly pieces: readonly Piece[];

  constructor(pieces: readonly Piece[]) {
    this.pieces = pieces;
  }

  /** Numbers the values; the same one twice is bound twice. */
  compile(): CompiledSql {
    const params: Record<string, SqlValue> = {};
    let text = "";
    let count = 0;
    for (const piece of this.pieces) {
      if (typeof piece === "string") {
        text += piece;
        continue;
      }
      const name = `p${count++}`;
      params[name] = piece.value;
      text += `{${name}:${piece.type}}`;
    }
    return { text, params };
  }
}

/** Template tag: only pieces of SQL and bound values can stand in it. */
export function sql(texts: TemplateStringsArray, ...values: readonly (Sql | Param)[]): Sql {
  const pieces: Piece[] = [texts[0]!];
  values.forEach((value, i) => {
    if (value instanceof Sql) pieces.push(...value.pieces);
    else pieces.push(value);
    pieces.push(texts[i + 1]!);
  });
  return new Sql(pieces);
}

/** A bound value. `type` is one of our own words, never a person's. */
export function param(type: string, value: SqlValue): Param {
  return new Param(type, value);
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The name of a column or function out of our own tables. Throws on what is no plain name. */
export function identifier(name: string): Sql {
  if (!NAME.test(name)) throw new RangeError(`not a name: ${name}`);
  return new Sql([name]);
}

const SEPARATORS = { ",": ", ", and: " AND ", or: " OR ", "union all": " UNION ALL ", " ": " " } as const;

/** Pieces one behind the other. */
export function joinSql(pieces: readonly Sql[], separator: keyof typeof SEPARATORS): Sql {
  const all: Piece[] = [];
  pieces.forEach((piece, i) => {
    if (i > 0) all.push(SEPARATORS[separator]);
    all.push(...piece.pieces);
  });
  return new Sql(all);
}
