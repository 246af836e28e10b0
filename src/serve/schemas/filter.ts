// /filter: a filter while it is typed.
import { Type } from "typebox";
import type { FilterLook, FilterSeen } from "../api.ts";
import { STRICT, says } from "./shapes.ts";

const place = { from: Type.Integer(), to: Type.Integer() };
const nullable = <S extends Parameters<typeof Type.Optional>[0]>(schema: S) => Type.Union([Type.Null(), schema]);

export const lookBody = says<FilterLook>()(
  Type.Object(
    {
      text: Type.String({ maxLength: 100_000, description: "What stands in the field." }),
      at: Type.Optional(
        Type.Integer({ minimum: 0, maximum: 100_000, description: "Offset of the cursor; without it no completions." }),
      ),
    },
    { ...STRICT, examples: [{ text: "dst port 44", at: 11 }] },
  ),
);

export const seenSchema = says<FilterSeen>()(
  Type.Object({
    tokens: Type.Array(
      Type.Object({
        ...place,
        kind: Type.Enum(["word", "field", "operator", "number", "address", "text", "name", "comment", "sign"]),
      }),
    ),
    fault: nullable(Type.Object({ ...place, message: Type.String(), suggestion: nullable(Type.String()) })),
    completions: nullable(
      Type.Object({
        ...place,
        options: Type.Array(Type.Object({ text: Type.String(), kind: Type.String(), about: Type.String() })),
        expected: Type.Array(Type.String()),
      }),
    ),
  }),
);
