// Explore: a time, a filter, a grouping -> a chart, its table, and the flows behind it. What is seen is the address.
import { useMemo, useState } from "preact/hooks";
import { address, go } from "../frame/place.ts";
import { dark } from "../frame/theme.ts";
import { Chart } from "../parts/chart.tsx";
import { timeWord } from "../parts/times.ts";
import { Answered } from "./answered.tsx";
import { Controls } from "./controls.tsx";
import { chartOf, whyNoChart } from "./drawn.ts";
import { Empty } from "./empty.tsx";
import type { SeriesPicture } from "./series.ts";
import { SeriesTable } from "./series-table.tsx";
import { SpanChoice } from "./span-choice.tsx";
import { termOfKey } from "./terms.ts";
import { useAnswer } from "./use-answer.ts";
import { currentView, narrowed, type View, wordsOf } from "./view.ts";

const CHART_HEIGHT = 340;

export function Explore() {
  const view = currentView();
  const answer = useAnswer(view);
  const [span, setSpan] = useState<readonly [number, number] | null>(null);
  const change = (part: Partial<View>) => {
    setSpan(null);
    go(address("/explore", wordsOf({ ...view, ...part })));
  };
  const { picture } = answer;
  const option = useMemo(() => chartOf(answer, view, dark.value), [answer, view.chart, view.percentile, dark.value]);
  const why = whyNoChart(view);
  const flowsOf = (term: string | null, from: number, to: number) =>
    go(
      address("/flows", {
        from: timeWord(from),
        to: timeWord(to),
        filter: term === null ? view.filter : narrowed(view.filter, term),
      }),
    );
  const window = answer.window;
  return (
    <div class="explore">
      <h1 class="unseen">Explore</h1>
      <Controls view={view} answer={answer} onChange={change} />
      {answer.fault !== null && <p class="fault panel">{answer.fault.message}</p>}
      {picture !== null && window !== null && (
        <>
          <section class="panel" aria-busy={answer.asking}>
            {why !== null && <p class="note">{why}</p>}
            {option !== null && why === null && (
              <Chart
                option={option}
                height={CHART_HEIGHT}
                label={`${answer.table?.title ?? "Traffic"}; the table below has the same figures`}
                onSpan={(from, to) => setSpan([from, to])}
                onPick={(label, item) => {
                  const picked =
                    view.chart === "sankey" || view.chart === "heat" ? null : bucketOf(picture, label, item);
                  if (picked !== null) flowsOf(picked.term, picked.from, picked.to);
                }}
              />
            )}
            {span !== null && (
              <SpanChoice
                span={span}
                onZoom={() => change({ from: timeWord(span[0]), to: timeWord(span[1]) })}
                onPeak={() =>
                  change({
                    from: timeWord(span[0]),
                    to: timeWord(span[1]),
                    by: ["srcAddr", "dstAddr", "dstPort"],
                    top: 10,
                  })
                }
                onFlows={() => flowsOf(null, span[0], span[1])}
                onClose={() => setSpan(null)}
              />
            )}
            {picture.series.length === 0 && <Empty view={view} />}
          </section>
          {picture.series.length > 0 && (
            <SeriesTable
              picture={picture}
              onNarrow={(term, without) => change({ filter: narrowed(view.filter, term, without) })}
              onFlows={(term) => flowsOf(term, Date.parse(window.from), Date.parse(window.to))}
            />
          )}
          <Answered answer={answer} />
        </>
      )}
      {picture === null && answer.fault === null && <p class="waiting">Asking</p>}
    </div>
  );
}

/** What a click into a chart over time means: a series in a bucket. */
function bucketOf(
  { series, times, bucketSeconds, keys }: SeriesPicture,
  label: string,
  item: number,
): { readonly term: string | null; readonly from: number; readonly to: number } | null {
  const one = series.find((candidate) => candidate.label === label);
  const from = times[item];
  if (one === undefined || from === undefined) return null;
  const term = one.key === null ? null : termOfKey(keys, one.key);
  return { term, from, to: from + bucketSeconds * 1000 };
}
