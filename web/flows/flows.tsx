// Flows one by one: what stands behind a picture, record by record, a page at a time.
import { useEffect, useState } from "preact/hooks";
import type { ApiTable, QueryAnswer, QueryWords } from "../../src/serve/api.ts";
import { Answered } from "../explore/answered.tsx";
import { narrowed } from "../explore/view.ts";
import { type ApiFault, askQuery, askWindow } from "../frame/api-client.ts";
import { address, go, place } from "../frame/place.ts";
import { FilterField } from "../parts/filter-field.tsx";
import { TimeRange } from "../parts/time-range.tsx";
import { SaveFilter } from "../reports/save-filter.tsx";
import { FlowTable } from "./flow-table.tsx";

const PAGE = 100;

/** What is asked, as the address has it. */
interface FlowsView {
  readonly from: string;
  readonly to: string;
  readonly filter: string;
  /** "bytes:desc"; "" = as they began. */
  readonly sort: string;
}

function currentFlows(): FlowsView {
  const { query } = place.value;
  return {
    from: query.get("from") ?? (query.has("to") ? "" : "1h"),
    to: query.get("to") ?? "",
    filter: query.get("filter") ?? "",
    sort: query.get("sort") ?? "",
  };
}

interface Found {
  readonly answer: QueryAnswer;
  readonly words: QueryWords;
  readonly table: ApiTable;
  /** All pages so far. */
  readonly rows: ApiTable["rows"];
}

export function Flows() {
  const view = currentFlows();
  const [found, setFound] = useState<Found | null>(null);
  const [fault, setFault] = useState<ApiFault | null>(null);
  const [asking, setAsking] = useState(true);
  const change = (part: Partial<FlowsView>) => go(address("/flows", { ...view, ...part }));

  const ask = async (after: string | null, before: ApiTable["rows"], signal: AbortSignal) => {
    setAsking(true);
    const words = wordsOf(view, after);
    try {
      const answer = await askQuery(words, signal);
      const table = answer.tables[0];
      if (table !== undefined)
        setFound({ answer, words: wordsOf(view, null), table, rows: [...before, ...table.rows] });
      setFault(null);
    } catch (error) {
      if ((error as Error).name !== "AbortError") setFault(error as ApiFault);
    }
    if (!signal.aborted) setAsking(false);
  };

  useEffect(() => {
    const stop = new AbortController();
    void ask(null, [], stop.signal);
    return () => stop.abort();
  }, [JSON.stringify(view)]);

  const span = useSpan(view.from, view.to);
  const next = found?.answer.next ?? null;
  return (
    <div class="explore">
      <h1>Flows</h1>
      <form class="controls panel" onSubmit={(event) => event.preventDefault()}>
        <TimeRange from={view.from} to={view.to} span={span} onChange={(from, to) => change({ from, to })} />
        <a class="button" href={address("/explore", { from: view.from, to: view.to, filter: view.filter })}>
          as a picture
        </a>
        <FilterField
          filter={view.filter}
          fault={fault?.code === "filter" ? fault.message : null}
          onChange={(filter) => change({ filter })}
        />
        <SaveFilter filter={view.filter} />
      </form>
      {fault !== null && fault.code !== "filter" && <p class="fault panel">{fault.message}</p>}
      {found !== null && (
        <>
          <FlowTable
            key={JSON.stringify(found.words)}
            table={found.table}
            rows={found.rows}
            sort={view.sort}
            busy={asking}
            onSort={(sort) => change({ sort })}
            onNarrow={(term, without) => change({ filter: narrowed(view.filter, term, without) })}
          />
          <p role="status">
            {found.rows.length === 0 ? "No flow of this time matches." : `${found.rows.length.toLocaleString()} flows`}
            {found.rows.length > 0 && next === null ? ", all there are" : ""}{" "}
            {next !== null && (
              <button
                type="button"
                disabled={asking}
                onClick={() => void ask(next, found.rows, new AbortController().signal)}
              >
                {PAGE} more
              </button>
            )}
          </p>
          <Answered answer={found} />
        </>
      )}
      {found === null && fault === null && <p class="waiting">Asking</p>}
    </div>
  );
}

/** What the words of the time mean now; null = not known yet. */
function useSpan(from: string, to: string): readonly [number, number] | null {
  const [span, setSpan] = useState<readonly [number, number] | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    askWindow(from, to, stop.signal).then(
      (window) => setSpan([Date.parse(window.from), Date.parse(window.to)]),
      // The list says what is wrong with the words.
      () => !stop.signal.aborted && setSpan(null),
    );
    return () => stop.abort();
  }, [from, to]);
  return span;
}

function wordsOf({ from, to, filter, sort }: FlowsView, after: string | null): QueryWords {
  return {
    ...(from === "" ? {} : { from }),
    ...(to === "" ? {} : { to }),
    ...(filter.trim() === "" ? {} : { filter }),
    ...(sort === "" ? {} : { sort }),
    ...(after === null ? {} : { after }),
    limit: PAGE,
  };
}
