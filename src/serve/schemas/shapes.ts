// What schemas have in common: the error, and the proof that a schema and a type of api.ts say the same.
import { type Static, type TSchema, Type } from "typebox";
import type { ApiError } from "../api.ts";

type Mutable<T> = T extends readonly (infer Item)[]
  ? Mutable<Item>[]
  : T extends object
    ? { -readonly [Name in keyof T]: Mutable<T[Name]> }
    : T;

/** Also members that may be left out. */
type Same<A, B> = (<T>() => T extends Mutable<A> ? 1 : 2) extends <T>() => T extends Mutable<B> ? 1 : 2 ? true : false;

/** The schema, where what it lets through is exactly the type; else nothing compiles. */
export type Says<T, S extends TSchema> = Same<T, Static<S>> extends true ? S : never;

/** `says<QueryWords>()(schema)` */
export function says<T>() {
  return <S extends TSchema>(schema: S & Says<T, S>): S => schema;
}

export const STRICT = { additionalProperties: false } as const;

export const errorSchema = says<ApiError>()(
  Type.Object({
    error: Type.Object({
      message: Type.String({ description: "One sentence: what was expected, what was found, what to do." }),
      code: Type.String({ description: "A stable word for programs." }),
      from: Type.Union([Type.Null(), Type.Integer()], { description: "Characters of the filter that are meant." }),
      to: Type.Union([Type.Null(), Type.Integer()]),
    }),
  }),
);

/** Answers that every operation may give besides its own. */
export function errors<const Statuses extends readonly (keyof typeof ABOUT)[]>(...statuses: Statuses) {
  return Object.fromEntries(statuses.map((status) => [status, { description: ABOUT[status], ...errorSchema }]));
}

const ABOUT = {
  400: "Wrong words: the sentence says which, for filters with the place.",
  401: "Nobody has logged in.",
  403: "Not allowed.",
  404: "There is no such thing.",
  409: "Something uses what is to be deleted.",
  413: "Too large.",
  429: "Too many tries.",
  503: "Busy, or without an engine or store: ask again later (Retry-After).",
  504: "It would take longer than a question may.",
} as const;
