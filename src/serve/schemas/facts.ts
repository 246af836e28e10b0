// /hosts/ADDRESS, /window: small facts.
import { Type } from "typebox";
import type { HostFacts, Window } from "../api.ts";
import { says } from "./shapes.ts";

const nullable = <S extends Parameters<typeof Type.Optional>[0]>(schema: S) => Type.Union([Type.Null(), schema]);

export const hostFacts = says<HostFacts>()(
  Type.Object({
    address: Type.String(),
    names: Type.Array(Type.Object({ name: Type.String(), source: Type.Enum(["hosts", "traffic", "dns"]) })),
    country: nullable(Type.String()),
    city: nullable(Type.String()),
    as: nullable(Type.Object({ number: Type.Integer(), name: Type.String() })),
    local: nullable(Type.Boolean({ description: "null = no networks were declared local." })),
  }),
);

export const windowSchema = says<Window>()(
  Type.Object({
    from: Type.String(),
    to: Type.String(),
    seconds: Type.Number(),
    bucket: Type.String({ description: "Length of buckets that suits it, as in `time/5m`." }),
  }),
);
