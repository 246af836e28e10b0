// Who talks to whom: the pairs of hosts of the last 15 minutes as a graph, and as a table for who cannot see it.
import { useEffect, useMemo, useState } from "preact/hooks";
import type { LiveLinks } from "../../src/serve/api.ts";
import { askLinks } from "../frame/api-client.ts";
import { dark } from "../frame/theme.ts";
import { Chart } from "../parts/chart.tsx";
import { figure } from "../parts/figures.ts";
import { seriesColour } from "../parts/palette.ts";
import { tooltipBox } from "../parts/tooltip.ts";

const EVERY_MS = 10_000;
const HEIGHT = 560;
/** Hosts that have their names written beside them. */
const LABELLED = 30;

export function LinkGraph({
  frozen,
  onHost,
}: {
  readonly frozen: boolean;
  readonly onHost: (address: string) => void;
}) {
  const [links, setLinks] = useState<LiveLinks | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    if (frozen) return;
    const stop = new AbortController();
    const ask = () =>
      askLinks(stop.signal).then(
        (found) => {
          setLinks(found);
          setFault(null);
        },
        (error: Error) => error.name !== "AbortError" && setFault(error.message),
      );
    void ask();
    const timer = setInterval(() => void ask(), EVERY_MS);
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  }, [frozen]);
  const option = useMemo(() => (links === null ? null : graphOption(links, dark.value)), [links, dark.value]);
  if (fault !== null) return <p class="fault panel">{fault}</p>;
  if (links === null || option === null) return <p class="waiting">Asking</p>;
  if (links.links.length === 0) return <p class="empty panel">Nobody has talked in the last 15 minutes.</p>;
  return (
    <section class="panel">
      <Chart
        option={option}
        height={HEIGHT}
        label="Who talks to whom; the table below has the same pairs"
        onItem={(item) => {
          const { id } = item as { readonly id?: string };
          if (id !== undefined) onHost(id);
        }}
      />
      <details>
        <summary>the same as a table</summary>
        <div class="tablebox">
          <table>
            <thead>
              <tr>
                <th scope="col">one</th>
                <th scope="col">other</th>
                <th scope="col" class="figure">
                  bytes
                </th>
              </tr>
            </thead>
            <tbody>
              {links.links.map(({ from, to, bytes }) => (
                <tr key={`${from} ${to}`}>
                  <td class="key">{from}</td>
                  <td class="key">{to}</td>
                  <td class="figure">{figure(bytes, "octets")}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  );
}

function graphOption({ hosts, links }: LiveLinks, isDark: boolean) {
  const mostHost = Math.max(1, ...hosts.map(({ bytes }) => bytes));
  const mostLink = Math.max(1, ...links.map(({ bytes }) => bytes));
  const named = new Set(
    [...hosts]
      .sort((a, b) => b.bytes - a.bytes)
      .slice(0, LABELLED)
      .map(({ address }) => address),
  );
  const colour = seriesColour(0, false, isDark);
  return {
    animation: false,
    tooltip: {
      confine: true,
      backgroundColor: isDark ? "#252a33" : "#ffffff",
      textStyle: { color: isDark ? "#e6e9ed" : "#1b2026", fontSize: 12 },
      formatter: ({ data }: { readonly data: { readonly title?: string; readonly bytes: number } }) =>
        tooltipBox(data.title ?? "", "", [{ name: "in 15 minutes", colour: null, text: figure(data.bytes, "octets") }]),
    },
    series: [
      {
        type: "graph",
        layout: "force",
        roam: true,
        force: { repulsion: 160, edgeLength: [40, 160], layoutAnimation: false },
        data: hosts.map(({ address, name, bytes }) => ({
          id: address,
          name: name ?? address,
          title: name === null ? address : `${name} (${address})`,
          bytes,
          symbolSize: 6 + 26 * Math.sqrt(bytes / mostHost),
          itemStyle: { color: colour },
          label: { show: named.has(address), position: "right", color: isDark ? "#e6e9ed" : "#1b2026", fontSize: 11 },
        })),
        links: links.map(({ from, to, bytes }) => ({
          source: from,
          target: to,
          title: `${from} and ${to}`,
          bytes,
          lineStyle: {
            width: 0.5 + 6 * Math.sqrt(bytes / mostLink),
            opacity: 0.55,
            color: isDark ? "#6b7684" : "#848d97",
          },
        })),
      },
    ],
  };
}
