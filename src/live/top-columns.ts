// The columns of a picture, in the order of their weight: what the key is made of first.
import type { TopColumn, TopGroup, TopSort } from "../core/top-view.ts";

const FLOW_TITLES = ["Proto", "Initiator", "Port", "Responder", "Port", "Exporter"];

const MEASURES: readonly (readonly [TopSort, string])[] = [
  ["rate", "Now"],
  ["rate10", "10 s"],
  ["rate40", "40 s"],
  ["peak", "Peak"],
  ["packets", "Packets"],
  ["bytes", "Bytes"],
  ["out", "Out"],
  ["in", "In"],
];

export function topColumns(group: TopGroup, titles: readonly string[], exporters: boolean): readonly TopColumn[] {
  const flows = group === "flows";
  const keys = flows ? FLOW_TITLES.slice(0, exporters ? 6 : 5) : titles;
  return [
    ...keys.map(
      (title, part): TopColumn => ({ name: "key", part, title, sort: flows && part === 0 ? "proto" : "key" }),
    ),
    { name: "state", part: null, title: "State", sort: "state" },
    { name: "age", part: null, title: "Age", sort: "age" },
    ...(flows ? [] : [{ name: "flows", part: null, title: "Flows", sort: "flows" } as const]),
    ...MEASURES.map(([name, title]): TopColumn => ({ name, part: null, title, sort: name })),
    { name: "share", part: null, title: "Share", sort: "rate10" },
    { name: "spark", part: null, title: "Last minute", sort: null },
  ];
}
