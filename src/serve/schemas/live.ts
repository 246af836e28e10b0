// /live, /live/links: pictures of what is going on now, and who talks to whom.
import { type Static, Type } from "typebox";
import { TOP_GROUPS, TOP_SORTS } from "../../core/top-view.ts";
import type { LiveLinks, LiveView } from "../api.ts";
import { says } from "./shapes.ts";

export const liveWords = Type.Object(
  {
    group: Type.Optional(Type.Enum([...TOP_GROUPS])),
    by: Type.Optional(Type.String({ maxLength: 512, description: "fields with commas, of group by" })),
    sort: Type.Optional(Type.Enum([...TOP_SORTS])),
    reverse: Type.Optional(Type.Boolean()),
    filter: Type.Optional(Type.String({ maxLength: 8192 })),
    rows: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
    from: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000_000, description: "so many rows are passed over" })),
    names: Type.Optional(Type.Boolean({ description: "of hosts" })),
    services: Type.Optional(Type.Boolean({ description: "names of services" })),
    ended: Type.Optional(Type.Boolean({ description: "also flows that ended a moment ago" })),
    form: Type.Optional(
      Type.Enum(["object", "view"], { description: "view = all that `flowgauge top` shows, for itself (top/1)" }),
    ),
  },
  { additionalProperties: false },
);
export type LiveWords = Static<typeof liveWords>;

const nullable = <S extends Parameters<typeof Type.Optional>[0]>(schema: S) => Type.Union([Type.Null(), schema]);
const rate = Type.Object({ bytes: Type.Number(), packets: Type.Number() });
const rates = { rate, rate10: rate, rate40: rate, peak: rate };

const liveRow = Type.Object({
  key: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
  names: Type.Record(Type.String(), Type.String()),
  state: Type.String(),
  stateText: nullable(Type.String()),
  age: Type.Number(),
  idle: Type.Number(),
  flows: Type.Integer(),
  packets: Type.Number(),
  bytes: Type.Number(),
  reversePackets: Type.Number(),
  reverseBytes: Type.Number(),
  ...rates,
  share: Type.Number(),
});

/** The data of an event `view`. */
export const liveView = says<LiveView>()(
  Type.Object({
    time: Type.String(),
    since: Type.String(),
    totals: Type.Object({ packets: Type.Number(), bytes: Type.Number(), flows: Type.Number() }),
    liveFlows: Type.Integer(),
    ...rates,
    lost: Type.Array(Type.Object({ reason: Type.String(), count: Type.Number(), unit: Type.String() })),
    sort: Type.String(),
    reverse: Type.Boolean(),
    matching: Type.Integer(),
    rowCount: Type.Integer(),
    rows: Type.Array(liveRow),
    notes: Type.Array(Type.String()),
    link: Type.Array(Type.Number(), { description: "Octets of the whole link second by second, oldest first." }),
    sparks: Type.Array(Type.Array(Type.Number()), {
      description: "Of each row, octets in each of the last 60 seconds.",
    }),
  }),
);

export const liveEvents = {
  description:
    "Events `view` (data: an object as below) once a second; `problem` ({message}) where there is no picture now.",
  content: { "text/event-stream": { schema: liveView } },
};

export const liveLinks = says<LiveLinks>()(
  Type.Object({
    time: Type.String(),
    hosts: Type.Array(Type.Object({ address: Type.String(), name: nullable(Type.String()), bytes: Type.Number() })),
    links: Type.Array(
      Type.Object({ from: Type.String(), to: Type.String(), bytes: Type.Number(), packets: Type.Number() }),
    ),
  }),
);
