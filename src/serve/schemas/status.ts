// /status: the first thing the page asks.
import { Type } from "typebox";
import type { Status } from "../api.ts";
import { says } from "./shapes.ts";

const nullable = <S extends Parameters<typeof Type.Optional>[0]>(schema: S) => Type.Union([Type.Null(), schema]);

export const statusSchema = says<Status>()(
  Type.Object({
    version: Type.String(),
    time: Type.String(),
    zone: Type.String(),
    user: nullable(Type.Object({ name: Type.String(), role: Type.Enum(["viewer", "admin"]) })),
    loginNeeded: Type.Boolean(),
    csrf: nullable(Type.String()),
    store: Type.Object({
      folder: Type.String(),
      state: Type.Enum(["ready", "empty", "missing", "unreadable", "noEngine"]),
      flows: nullable(Type.Integer()),
      octets: Type.Integer(),
      oldest: nullable(Type.String()),
      newest: nullable(Type.String()),
    }),
    collecting: Type.Object({
      listening: Type.Array(Type.String()),
      running: Type.Boolean(),
      problem: nullable(Type.String()),
      exporters: Type.Integer(),
      records: Type.Integer(),
      lost: Type.Integer(),
    }),
    demo: Type.Boolean(),
    problems: Type.Array(Type.String()),
  }),
);
