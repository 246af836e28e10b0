// Asks the server what a view is about: what its time means, then the series, then the period before.
import { useEffect, useRef, useState } from "preact/hooks";
import type { ApiTable, QueryAnswer, QueryWords, Window } from "../../src/serve/api.ts";
import { type ApiFault, askQuery, askWindow, reached } from "../frame/api-client.ts";
import { timeWord } from "../parts/times.ts";
import { isOfFrames, type SeriesPicture, seriesPicture, sortOf } from "./series.ts";
import { narrowed, type View } from "./view.ts";

export interface Answer {
  readonly asking: boolean;
  readonly fault: ApiFault | null;
  readonly window: Window | null;
  readonly seconds: number;
  /** The question that was asked. */
  readonly words: QueryWords | null;
  readonly answer: QueryAnswer | null;
  readonly table: ApiTable | null;
  readonly picture: SeriesPicture | null;
  readonly before: SeriesPicture | null;
  /** For Sankey: the groups without time. */
  readonly groups: ApiTable | null;
  /** Where octets of frames are asked for: flows whose exporter did not say them. */
  readonly frameless: number | null;
}

const NOTHING: Answer = {
  asking: true,
  fault: null,
  window: null,
  seconds: 0,
  words: null,
  answer: null,
  table: null,
  picture: null,
  before: null,
  groups: null,
  frameless: null,
};

export function useAnswer(view: View): Answer {
  const [answer, setAnswer] = useState<Answer>(NOTHING);
  const [turn, setTurn] = useState(0);
  const latest = useRef(view);
  latest.current = view;
  // What is only drawn otherwise is not asked again.
  const { chart, percentile: _percentile, refresh, ...asked } = view;
  const question = JSON.stringify([asked, chart === "sides", chart === "sankey"]);

  useEffect(() => {
    const stop = new AbortController();
    setAnswer((last) => ({ ...last, asking: true }));
    ask(latest.current, stop.signal).then(
      (found) => !stop.signal.aborted && setAnswer(found),
      (error: Error) => {
        if (error.name === "AbortError") return;
        setAnswer((last) => ({ ...last, asking: false, fault: error as ApiFault }));
      },
    );
    return () => stop.abort();
  }, [question, turn]);

  // The server was gone and is back.
  const back = reached.value && answer.fault?.code === "gone";
  useEffect(() => {
    if (back) setTurn((last) => last + 1);
  }, [back]);

  useEffect(() => {
    if (refresh === 0) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") setTurn((last) => last + 1);
    }, refresh * 1000);
    return () => clearInterval(timer);
  }, [refresh]);

  return answer;
}

async function ask(view: View, signal: AbortSignal): Promise<Answer> {
  const window = await askWindow(view.from, view.to, signal);
  const words = questionOf(view, window);
  const answer = await askQuery(words, signal);
  const table = answer.tables[0] ?? null;
  const picture = table === null ? null : seriesPicture(table, view.metric);
  const before = view.before ? await beforeOf(view, window, signal) : null;
  const frameless = isOfFrames(view.metric) ? await framelessOf(view, window, signal) : null;
  const groups = view.chart === "sankey" && view.by.length > 1 ? await groupsOf(view, window, signal) : null;
  const { seconds } = window;
  return { asking: false, fault: null, window, seconds, words, answer, table, picture, before, groups, frameless };
}

/** The words of `flowgauge query` for it. */
export function questionOf(view: View, { from, to, bucket }: Window): QueryWords {
  return {
    ...(view.filter.trim() === "" ? {} : { filter: view.filter }),
    from,
    to,
    by: [[`time/${bucket}`, ...view.by].join(",")],
    top: view.top,
    sort: sortOf(view.metric),
    ...measuresOf(view),
    ...(view.spread === "even" ? {} : { spread: view.spread }),
    ...(view.biflow ? { biflow: true } : {}),
    ...(view.dedup ? { dedup: true } : {}),
    ...(view.scale ? { scale: true } : {}),
  };
}

function measuresOf({ chart, metric }: View): Pick<QueryWords, "measures"> {
  if (isOfFrames(metric)) return { measures: OF_FRAMES };
  return chart === "sides" ? { measures: BOTH_DIRECTIONS } : {};
}

const OF_FRAMES = "bytes,packets,flows,frameBytes,reverseFrameBytes";
const BOTH_DIRECTIONS = "bytes,packets,flows,forwardBytes,reverseBytes,forwardPackets,reversePackets";
/** Ribbons of a Sankey chart at the most. */
const MOST_RIBBONS = 30;

async function groupsOf(view: View, window: Window, signal: AbortSignal): Promise<ApiTable | null> {
  const { spread: _spread, ...words } = questionOf({ ...view, chart: "stacked" }, window);
  const groups = { ...words, by: [view.by.join(",")], top: MOST_RIBBONS };
  return (await askQuery(groups, signal)).tables[0] ?? null;
}

async function framelessOf(view: View, window: Window, signal: AbortSignal): Promise<number> {
  const { sort: _sort, measures: _measures, top: _top, ...words } = questionOf({ ...view, by: [] }, window);
  const filter = narrowed(view.filter, "frameBytes = 0 and reverseFrameBytes = 0");
  const { tables } = await askQuery({ ...words, filter, by: ["none"], measures: "flows" }, signal);
  return Number(tables[0]?.rows[0]?.flows ?? 0);
}

/** All together, as long a time ago as the window is long. */
async function beforeOf(view: View, { from, to, seconds, bucket }: Window, signal: AbortSignal) {
  const back = (text: string) => timeWord(Date.parse(text) - seconds * 1000);
  const words = questionOf({ ...view, by: [] }, { from: back(from), to: back(to), seconds, bucket });
  const table = (await askQuery(words, signal)).tables[0];
  return table === undefined ? null : seriesPicture(table, view.metric);
}
