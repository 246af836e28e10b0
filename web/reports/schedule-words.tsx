// When a report runs of itself, and how it went.
import type { Schedule } from "../../src/serve/api.ts";
import { localTime } from "../parts/times.ts";

export function ScheduleWords({ schedule }: { readonly schedule: Schedule }) {
  const { cron, mailTo, nextRun, lastRun, lastProblem, missed } = schedule;
  const time = (text: string | null) => (text === null ? "never" : localTime(Date.parse(text)));
  return (
    <div class="quiet">
      <span>
        at <code>{cron}</code>
        {mailTo.length === 0 ? "" : `, mailed to ${mailTo.join(", ")}`}; next {time(nextRun)}, last {time(lastRun)}
      </span>
      {lastProblem !== null && <p class="fault">The last time: {lastProblem}</p>}
      {missed !== null && <p class="warned">{missed}</p>}
    </div>
  );
}
