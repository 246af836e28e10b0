// /exporters: where every record went, exporter by exporter.
import { Type } from "typebox";
import type { Exporters } from "../api.ts";
import { says } from "./shapes.ts";

const nullable = <S extends Parameters<typeof Type.Optional>[0]>(schema: S) => Type.Union([Type.Null(), schema]);
const counts = Type.Record(Type.String(), Type.Number());

const template = Type.Object({
  id: Type.Integer(),
  port: Type.Integer(),
  scopes: Type.Integer({ description: "0 = of data, more = an options template." }),
  sent: Type.Number(),
  refreshSeconds: nullable(Type.Number()),
  fields: Type.Array(Type.Object({ name: Type.String(), length: Type.Integer() })),
});

const exporter = Type.Object({
  exporter: Type.String(),
  alias: nullable(Type.String()),
  domain: Type.Number(),
  format: Type.String(),
  device: nullable(Type.String()),
  messages: Type.Number(),
  bytes: Type.Number(),
  records: Type.Number(),
  optionsRecords: Type.Number(),
  counterSamples: Type.Number(),
  lostRecords: Type.Number(),
  lostMessages: Type.Number(),
  lostShare: Type.Number({ description: "0 to 1." }),
  outOfOrder: Type.Number(),
  restarts: Type.Number(),
  noTemplate: counts,
  refused: counts,
  remarks: counts,
  samplingRate: nullable(Type.Number()),
  samplingSource: nullable(Type.String()),
  clockOffset: Type.Number({ description: "Seconds by which its clock is ahead." }),
  firstSeen: nullable(Type.String()),
  lastSeen: nullable(Type.String()),
  recordsPerSecond: Type.Number(),
  templates: Type.Array(template),
});

const finding = Type.Object({
  level: Type.String(),
  code: Type.String(),
  exporter: nullable(Type.String()),
  domain: nullable(Type.Number()),
  format: nullable(Type.String()),
  sentence: Type.String(),
  advice: Type.Array(Type.String()),
});

export const exportersSchema = says<Exporters>()(
  Type.Object({
    time: Type.String(),
    now: nullable(
      Type.Object({
        seconds: Type.Number(),
        messages: Type.Number(),
        records: Type.Number(),
        lostRecords: Type.Number(),
        kernelDrops: nullable(Type.Number()),
        unbooked: counts,
        exporters: Type.Array(exporter),
        findings: Type.Array(finding),
        notes: Type.Array(Type.String()),
        problems: Type.Array(Type.String()),
      }),
    ),
    store: nullable(Type.Record(Type.String(), Type.Unknown())),
  }),
);
