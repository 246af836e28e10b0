// One host: who it is, how much it sends and receives, with whom, which services it uses and offers.
import { useEffect, useState } from "preact/hooks";
import type { ApiTable, HostFacts, QueryWords } from "../../src/serve/api.ts";
import { chartOf } from "../explore/drawn.ts";
import { type Answer, useAnswer } from "../explore/use-answer.ts";
import { FIRST_VIEW, type View } from "../explore/view.ts";
import { ApiFault, askHost, askQuery } from "../frame/api-client.ts";
import { address, go, place } from "../frame/place.ts";
import { dark } from "../frame/theme.ts";
import { Chart } from "../parts/chart.tsx";
import { TimeRange } from "../parts/time-range.tsx";
import { localTime, timeWord, utcTime } from "../parts/times.ts";
import { HostSearch } from "./host-search.tsx";
import { HostTable } from "./host-table.tsx";

const CHART_HEIGHT = 220;

export function Host() {
  const { path, query } = place.value;
  const host = decoded(path.split("/")[2] ?? "");
  if (host === "") return <HostSearch />;
  return (
    <OneHost
      key={host}
      host={host}
      from={query.get("from") ?? (query.has("to") ? "" : "24h")}
      to={query.get("to") ?? ""}
    />
  );
}

/** An address that was written by hand may be no text at all: it is shown as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

interface OneHostProps {
  readonly host: string;
  readonly from: string;
  readonly to: string;
}

function OneHost({ host, from, to }: OneHostProps) {
  const filter = `host ${host}`;
  const view: View = { ...FIRST_VIEW, from, to, filter, by: [], chart: "sides" };
  const answer = useAnswer(view);
  const facts = useFacts(host);
  const { window } = answer;
  const span = window === null ? null : ([Date.parse(window.from), Date.parse(window.to)] as const);
  const time = window === null ? null : { from: window.from, to: window.to };
  const seen = useTables(
    time,
    (words) => [
      { ...words, filter, by: ["none"], measures: "bytes,packets,flows,first,last" },
      { ...words, filter: `src ip ${host}`, by: ["dstAddr"], top: 10 },
      { ...words, filter: `dst ip ${host}`, by: ["srcAddr"], top: 10 },
      { ...words, filter: `src ip ${host}`, by: ["proto,dstPort"], top: 10 },
      { ...words, filter: `dst ip ${host}`, by: ["proto,dstPort"], top: 10 },
    ],
    host,
  );
  const [sum, asked, askedBy, used, offered] = seen.tables;
  const change = (begin: string, end: string) =>
    go(address(`/host/${encodeURIComponent(host)}`, { from: begin, to: end }));
  // No address: the server's one sentence says it, what else was asked of it has nothing to add.
  if (facts.refused) return <HostSearch refused={{ host, why: facts.fault ?? "" }} />;
  const title = facts.value?.names[0]?.name;
  return (
    <div class="explore">
      <h1>
        {title === undefined ? host : `${title} `}
        {title !== undefined && <span class="quiet">{host}</span>}
      </h1>
      <form class="controls panel" onSubmit={(event) => event.preventDefault()}>
        <TimeRange from={from} to={to} span={span} onChange={change} />
        <a class="button" href={address("/explore", { from, to, filter })}>
          Explore
        </a>
        <a class="button" href={address("/flows", { from, to, filter })}>
          Flows
        </a>
        <a class="button" href={address("/live", { filter })}>
          Live
        </a>
      </form>
      {[facts.fault, answer.fault?.message ?? null, seen.fault].flatMap((fault) =>
        fault === null
          ? []
          : [
              <p key={fault} class="fault panel">
                {fault}
              </p>,
            ],
      )}
      <section class="panel">
        <Facts facts={facts.value} sum={sum ?? null} />
        <HostChart answer={answer} view={view} onSpan={(begin, end) => change(timeWord(begin), timeWord(end))} />
      </section>
      <div class="pair">
        <HostTable title="It asked" table={asked} own={host} />
        <HostTable title="It was asked by" table={askedBy} own={host} />
        <HostTable title="Services it used" table={used} own={host} />
        <HostTable title="Services it offered" table={offered} own={host} />
      </div>
    </div>
  );
}

function HostChart({
  answer,
  view,
  onSpan,
}: {
  readonly answer: Answer;
  readonly view: View;
  readonly onSpan: (from: number, to: number) => void;
}) {
  const option = chartOf(answer, view, dark.value);
  if (option === null) return null;
  return (
    <Chart
      option={option}
      height={CHART_HEIGHT}
      label="Bits a second sent by those who asked, and received"
      onSpan={onSpan}
    />
  );
}

function Facts({ facts, sum }: { readonly facts: HostFacts | null; readonly sum: ApiTable | null }) {
  const row = sum?.rows[0];
  const time = (name: string) => (typeof row?.[name] === "string" ? String(row[name]) : null);
  const told: readonly (readonly [title: string, text: string | null, more?: string | undefined])[] = [
    ["names", facts?.names.map(({ name, source }) => `${name} (${SOURCES[source]})`).join(", ") || null],
    ["where", [facts?.city, facts?.country].filter((part) => part != null).join(", ") || null],
    ["AS", facts?.as == null ? null : `${facts.as.number} ${facts.as.name}`],
    ["local", facts?.local == null ? null : facts.local ? "yes" : "no"],
    ["first seen in this time", shown(time("first")), utc(time("first"))],
    ["last seen", shown(time("last")), utc(time("last"))],
    ["flows", row?.flows == null ? null : Number(row.flows).toLocaleString()],
  ];
  return (
    <dl class="facts">
      {told.flatMap(([title, text, more]) =>
        text === null
          ? []
          : [
              <div key={title}>
                <dt>{title}</dt>
                <dd title={more}>{text}</dd>
              </div>,
            ],
      )}
    </dl>
  );
}

const SOURCES = { hosts: "hosts file", traffic: "DNS in the traffic", dns: "reverse DNS" } as const;

function shown(time: string | null): string | null {
  return time === null ? null : localTime(Date.parse(time));
}

function utc(time: string | null): string | undefined {
  return time === null ? undefined : utcTime(Date.parse(time));
}

interface FactsFound {
  readonly value: HostFacts | null;
  readonly fault: string | null;
  /** It is no address. */
  readonly refused: boolean;
}

/** Names may come a moment later: asked again once. */
function useFacts(host: string): FactsFound {
  const [found, setFound] = useState<FactsFound>({ value: null, fault: null, refused: false });
  useEffect(() => {
    const stop = new AbortController();
    const ask = () =>
      askHost(host, stop.signal).then(
        (value) => setFound({ value, fault: null, refused: false }),
        (error: Error) =>
          error.name !== "AbortError" &&
          setFound({ value: null, fault: error.message, refused: error instanceof ApiFault && error.status === 400 }),
      );
    void ask();
    const later = setTimeout(() => void ask(), 2500);
    return () => {
      clearTimeout(later);
      stop.abort();
    };
  }, [host]);
  return found;
}

/** Several questions, each shown as soon as it is answered. */
function useTables(
  time: { readonly from: string; readonly to: string } | null,
  questions: (time: QueryWords) => readonly QueryWords[],
  host: string,
): { readonly tables: readonly (ApiTable | undefined)[]; readonly fault: string | null } {
  const [tables, setTables] = useState<readonly (ApiTable | undefined)[]>([]);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    if (time === null) return;
    const stop = new AbortController();
    setTables([]);
    const ask = async () => {
      // One after the other: a reader has only so many questions at a time.
      for (const [place, words] of questions(time).entries()) {
        const { tables: found } = await askQuery(words, stop.signal);
        setTables((before) => Object.assign([...before], { [place]: found[0] }));
      }
      setFault(null);
    };
    ask().catch((error: Error) => error.name !== "AbortError" && setFault(error.message));
    return () => stop.abort();
  }, [time?.from, time?.to, host]);
  return { tables, fault };
}
