// One report: of a time that is chosen, as pictures and tables; where it goes on, and what can be done with it.
import { useState } from "preact/hooks";
import type { Report } from "../../src/serve/api.ts";
import { address, go } from "../frame/place.ts";
import { status } from "../frame/server-status.ts";
import { Copy } from "../parts/copy.tsx";
import { TimeRange } from "../parts/time-range.tsx";
import { exploreAddress } from "./explore-address.ts";
import { FileList } from "./file-list.tsx";
import { ReportForm } from "./report-form.tsx";
import { ReportTable } from "./report-table.tsx";
import { askReport, askReportAnswer, deleteReport, printAddress, reportDownload } from "./reports-client.ts";
import { ScheduleWords } from "./schedule-words.tsx";
import { useAsked } from "./use-asked.ts";

export interface ReportViewProps {
  readonly id: string;
  /** "" and "" = the report's own time. */
  readonly from: string;
  readonly to: string;
}

const FORMATS: readonly (readonly [format: string, title: string])[] = [
  ["csv", "CSV"],
  ["ndjson", "NDJSON"],
  ["parquet", "Parquet"],
];

export function ReportView({ id, from, to }: ReportViewProps) {
  const [version, setVersion] = useState(0);
  const report = useAsked(`${id} ${version}`, (signal) => askReport(id, signal));
  const answer = useAsked(`${id} ${from} ${to} ${version}`, (signal) => askReportAnswer(id, { from, to }, signal));
  if (report.value === null) {
    return report.fault === null ? <p class="waiting">Asking</p> : <p class="fault panel">{report.fault.message}</p>;
  }
  const { title, about, words, chart, schedule } = report.value;
  const change = (begin: string, end: string) => go(address(`/reports/${id}`, { from: begin, to: end }));
  const [first] = answer.value?.tables ?? [];
  const span =
    first?.from == null || first.to === null ? null : ([Date.parse(first.from), Date.parse(first.to)] as const);
  const own = from === "" && to === "";
  const time = { from: own ? (words.from ?? "") : from, to: own ? (words.to ?? "") : to };
  const explore = exploreAddress(report.value, time);
  return (
    <div class="explore">
      <h1>
        <bdi>{title}</bdi>
      </h1>
      {about !== "" && (
        <p>
          <bdi>{about}</bdi>
        </p>
      )}
      <form class="controls panel" onSubmit={(event) => event.preventDefault()}>
        <TimeRange from={time.from} to={time.to} span={span} onChange={change} />
        {explore !== null && (
          <a class="button" href={explore}>
            {words.by === undefined ? "Flows" : "Explore"}
          </a>
        )}
        <a class="button" href={printAddress(id, { from, to })} target="_blank" rel="noreferrer">
          Print
        </a>
        {words.filter !== undefined && (
          <span>
            filter <code>{words.filter}</code>
          </span>
        )}
      </form>
      {answer.fault !== null && <p class="fault panel">{answer.fault.message}</p>}
      <div aria-busy={answer.asking}>
        {answer.value?.tables.map((table, i) => (
          // Tables have no names of their own; their number is the report's.
          <ReportTable key={i} table={table} chart={chart} filter={words.filter ?? ""} />
        ))}
      </div>
      {answer.value !== null && (
        <section class="answered" aria-label="About this answer">
          {answer.value.problems.map((problem) => (
            <p key={problem} class="note">
              {problem}
            </p>
          ))}
          <p class="command">
            <code>{answer.value.command}</code>
            <Copy text={answer.value.command} title="copy the command line" />
          </p>
          <p class="downloads">
            {FORMATS.map(([format, name]) => (
              <a key={format} href={reportDownload(id, { from, to }, format)} download>
                {name}
              </a>
            ))}
          </p>
        </section>
      )}
      {schedule !== null && (
        <section class="panel" aria-labelledby="schedule">
          <h2 id="schedule">Schedule</h2>
          <ScheduleWords schedule={schedule} />
          <FileList id={id} schedule={schedule} onRun={() => setVersion(version + 1)} />
        </section>
      )}
      <Changes report={report.value} onChange={() => setVersion(version + 1)} />
    </div>
  );
}

/** For who may. */
function Changes({ report, onChange }: { readonly report: Report; readonly onChange: () => void }) {
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const user = status.value?.user ?? null;
  if (report.readyMade || (user !== null && user.role !== "admin")) return null;
  const remove = async () => {
    try {
      await deleteReport(report.id);
      go("/reports");
    } catch (error) {
      setFault((error as Error).message);
    }
  };
  return (
    <section class="panel" aria-label="Change this report">
      {open === "edit" ? (
        <ReportForm
          id={report.id}
          draft={report}
          onSaved={() => {
            setOpen(null);
            onChange();
          }}
          onClose={() => setOpen(null)}
        />
      ) : open === "delete" ? (
        <p>
          Delete it, with all that its schedule wrote?{" "}
          <button type="button" class="main" onClick={() => void remove()}>
            Delete
          </button>{" "}
          <button type="button" onClick={() => setOpen(null)}>
            Keep
          </button>
        </p>
      ) : (
        <p>
          <button type="button" onClick={() => setOpen("edit")}>
            Edit
          </button>{" "}
          <button type="button" onClick={() => setOpen("delete")}>
            Delete
          </button>
        </p>
      )}
      {fault !== null && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
    </section>
  );
}
