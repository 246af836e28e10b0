// Explore: a time, a filter, a grouping -> a chart, its table, and the flows behind it. What is seen is the address.
import { useMemo, useState } from "preact/hooks";
import { address, go } from "../frame/place.ts";
import { dark } from "../frame/theme.ts";
import { Chart } from "../parts/chart.tsx";
import { timeWord } from "../parts/times.ts";
import { SaveView } from "../reports/save-view.tsx";
import { Answered } from "./answered.tsx";
import { Controls } from "./controls.tsx";
import { chartOf, whyNoChart } from "./drawn.ts";
import { Empty } from "./empty.tsx";
import { pickedAt } from "./picked.ts";
import { SANKEY_HEIGHT, termOfItem } from "./sankey-chart.ts";
import { MeanOf, SeriesTable } from "./series-table.tsx";
import { SpanChoice } from "./span-choice.tsx";
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
      {answer.fault !== null && answer.fault.code !== "filter" && <p class="fault panel">{answer.fault.message}</p>}
      {picture !== null && window !== null && (
        <>
          <section class="panel" aria-busy={answer.asking}>
            {why !== null && <p class="note">{why}</p>}
            {option !== null && why === null && (
              <Chart
                option={option}
                height={view.chart === "sankey" ? SANKEY_HEIGHT : CHART_HEIGHT}
                label={`${answer.table?.title ?? "Traffic"}; the table below has the same figures`}
                onSpan={(from, to) => setSpan([from, to])}
                onPlace={(x, y) => {
                  const picked = pickedAt(answer, view, x, y);
                  if (picked !== null) flowsOf(picked.term, picked.from, picked.to);
                }}
                onItem={(item) => {
                  const term = termOfItem(item);
                  if (term !== null) flowsOf(term, Date.parse(window.from), Date.parse(window.to));
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
            <>
              <MeanOf picture={picture} />
              <SeriesTable
                picture={picture}
                before={answer.before}
                onNarrow={(term, without) => change({ filter: narrowed(view.filter, term, without) })}
                onFlows={(term) => flowsOf(term, Date.parse(window.from), Date.parse(window.to))}
                onSpan={(from, to) => setSpan([from, to])}
              />
            </>
          )}
          <SaveView view={view} />
          {answer.frameless !== null && answer.frameless > 0 && (
            <p class="note">
              {answer.frameless.toLocaleString()} of these flows have no octets of frames, as their exporter did not say
              them (layer2OctetDeltaCount): they count as 0 here.
            </p>
          )}
          <Answered answer={answer} />
        </>
      )}
      {picture === null && answer.fault === null && <p class="waiting">Asking</p>}
    </div>
  );
}
