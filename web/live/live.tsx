// Live: who is talking now, as `flowgauge top` shows it; and who talks to whom.
import { useEffect, useState } from "preact/hooks";
import { narrowed } from "../explore/view.ts";
import { address, go, place } from "../frame/place.ts";
import { figure, spanText } from "../parts/figures.ts";
import { FilterField } from "../parts/filter-field.tsx";
import { LinkGraph } from "./link-graph.tsx";
import { LinkRate } from "./link-rate.tsx";
import { LiveTable } from "./live-table.tsx";
import { type LiveWords, useLive } from "./use-live.ts";

const GROUPS: readonly (readonly [group: LiveWords["group"], title: string])[] = [
  ["flows", "Flows"],
  ["hosts", "Hosts"],
  ["pairs", "Pairs"],
  ["ports", "Ports"],
  ["protocols", "Protocols"],
  ["exporters", "Exporters"],
];

function currentWords(): LiveWords & { readonly graph: boolean } {
  const { query } = place.value;
  const group = GROUPS.find(([name]) => name === query.get("group"))?.[0] ?? "flows";
  return {
    group,
    sort: query.get("sort") ?? "rate10",
    reverse: query.get("reverse") === "yes",
    filter: query.get("filter") ?? "",
    graph: query.get("show") === "links",
  };
}

export function Live() {
  const { graph, ...words } = currentWords();
  const [frozen, setFrozen] = useState(false);
  const { view, fault } = useLive(words, frozen);
  const change = (part: Partial<LiveWords> & { readonly graph?: boolean }) => {
    const next = { ...words, graph, ...part };
    go(
      address("/live", {
        group: next.group === "flows" ? undefined : next.group,
        sort: next.sort === "rate10" ? undefined : next.sort,
        reverse: next.reverse ? "yes" : undefined,
        filter: next.filter,
        show: next.graph ? "links" : undefined,
      }),
    );
  };
  // Space freezes, as in the terminal.
  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      if (
        event.key !== " " ||
        (event.target as Element).closest("input, button, select, textarea, a, .cm-editor") !== null
      )
        return;
      event.preventDefault();
      setFrozen((was) => !was);
    };
    addEventListener("keydown", hear);
    return () => removeEventListener("keydown", hear);
  }, []);
  return (
    <div class="explore">
      <h1 class="unseen">Live</h1>
      <form class="controls panel" onSubmit={(event) => event.preventDefault()}>
        <fieldset>
          <legend class="unseen">Rows are</legend>
          {GROUPS.map(([group, title]) => (
            <button
              key={group}
              type="button"
              aria-pressed={!graph && words.group === group}
              onClick={() => change({ group, graph: false, filter: words.filter })}
            >
              {title}
            </button>
          ))}
          <button type="button" aria-pressed={graph} onClick={() => change({ graph: true })}>
            Who talks to whom
          </button>
        </fieldset>
        <button type="button" aria-pressed={frozen} onClick={() => setFrozen(!frozen)} title="Space">
          {frozen ? "Go on" : "Freeze"}
        </button>
        <FilterField
          filter={words.filter}
          fault={fault?.filter === true ? fault.message : null}
          onChange={(filter) => change({ filter })}
        />
      </form>
      {fault !== null && <p class="fault panel">{fault.message}</p>}
      {view !== null && (
        <>
          <section class="panel">
            <dl class="facts">
              <Fact
                title="now"
                text={`${figure(view.rate.bytes * 8, "bits/s")}, ${figure(view.rate.packets, "packets/s")}`}
              />
              <Fact title="10 s" text={figure(view.rate10.bytes * 8, "bits/s")} />
              <Fact title="40 s" text={figure(view.rate40.bytes * 8, "bits/s")} />
              <Fact title="most in a second" text={figure(view.peak.bytes * 8, "bits/s")} />
              <Fact
                title={`since ${spanText((Date.parse(view.time) - Date.parse(view.since)) / 1000)}`}
                text={`${figure(view.totals.bytes, "octets")}, ${figure(view.totals.packets, null)} packets, ${figure(view.totals.flows, null)} flows`}
              />
              {view.lost.map(({ reason, count, unit }) => (
                <Fact key={reason} title={reason} text={`${count.toLocaleString()} ${unit}`} />
              ))}
            </dl>
            <LinkRate octets={view.link} />
          </section>
          {graph ? (
            <LinkGraph frozen={frozen} onHost={(host) => go(`/host/${encodeURIComponent(host)}`)} />
          ) : (
            <LiveTable
              view={view}
              sort={words.sort}
              reverse={words.reverse}
              onSort={(sort) => change({ sort, reverse: sort === words.sort ? !words.reverse : false })}
              onNarrow={(term, without) => change({ filter: narrowed(words.filter, term, without) })}
            />
          )}
          {view.notes.map((note) => (
            <p key={note} class="note">
              {note}
            </p>
          ))}
        </>
      )}
      {view === null && fault === null && <p class="waiting">Waiting for the first picture</p>}
    </div>
  );
}

function Fact({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{text}</dd>
    </div>
  );
}
