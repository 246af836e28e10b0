// All reports by their groups, the saved ones first.
import type { Report } from "../../src/serve/api.ts";
import { askReports } from "./reports-client.ts";
import { ScheduleWords } from "./schedule-words.tsx";
import { useAsked } from "./use-asked.ts";

export function ReportList() {
  const { value, fault } = useAsked("reports", askReports);
  if (fault !== null) return <p class="fault panel">{fault.message}</p>;
  if (value === null) return <p class="waiting">Asking</p>;
  const saved = value.reports.filter(({ readyMade }) => !readyMade);
  const groups = new Map<string, Report[]>();
  for (const report of value.reports.filter(({ readyMade }) => readyMade)) {
    groups.set(report.group, [...(groups.get(report.group) ?? []), report]);
  }
  return (
    <div class="explore">
      <h1>Reports</h1>
      <section class="panel" aria-labelledby="saved-reports">
        <h2 id="saved-reports">Saved</h2>
        {saved.length === 0 ? (
          <p>None yet: ask something in Explore, and save it there as a report; it can be mailed at its times.</p>
        ) : (
          <ReportLinks reports={saved} />
        )}
        <p>
          <a href="/filters">Saved filters</a>
        </p>
      </section>
      <div class="groups">
        {[...groups].map(([group, reports]) => (
          <section key={group} class="panel" aria-label={group}>
            <h2>{group}</h2>
            <ReportLinks reports={reports} />
          </section>
        ))}
      </div>
    </div>
  );
}

function ReportLinks({ reports }: { readonly reports: readonly Report[] }) {
  return (
    <ul class="reports">
      {reports.map(({ id, title, about, schedule }) => (
        <li key={id}>
          <a href={`/reports/${encodeURIComponent(id)}`}>
            <bdi>{title}</bdi>
          </a>
          {about !== "" && (
            <span class="quiet">
              {" "}
              <bdi>{about}</bdi>
            </span>
          )}
          {schedule !== null && <ScheduleWords schedule={schedule} />}
        </li>
      ))}
    </ul>
  );
}
