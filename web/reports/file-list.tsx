// What a schedule wrote, the newest first; and a button to run it now.
import { useState } from "preact/hooks";
import type { Schedule } from "../../src/serve/api.ts";
import { status } from "../frame/server-status.ts";
import { figure } from "../parts/figures.ts";
import { localTime } from "../parts/times.ts";
import { askFiles, fileAddress, runReport } from "./reports-client.ts";
import { useAsked } from "./use-asked.ts";

export interface FileListProps {
  readonly id: string;
  readonly schedule: Schedule;
  readonly onRun: () => void;
}

export function FileList({ id, schedule, onRun }: FileListProps) {
  const files = useAsked(`${id} ${schedule.lastRun}`, (signal) => askFiles(id, signal));
  const [running, setRunning] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const user = status.value?.user ?? null;
  const run = async () => {
    setRunning(true);
    try {
      await runReport(id);
      setFault(null);
      onRun();
    } catch (error) {
      setFault((error as Error).message);
    }
    setRunning(false);
  };
  return (
    <>
      {files.value !== null && files.value.length > 0 && (
        <ul>
          {files.value.map(({ name, time, octets }) => (
            <li key={name}>
              <a href={fileAddress(id, name)} target="_blank" rel="noreferrer">
                {localTime(Date.parse(time))}
              </a>{" "}
              <span class="quiet">{figure(octets, "octets")}</span>
            </li>
          ))}
        </ul>
      )}
      {(user === null || user.role === "admin") && (
        <p>
          <button type="button" disabled={running} onClick={() => void run()}>
            {running ? "Running" : schedule.mailTo.length === 0 ? "Run now" : "Run and mail now"}
          </button>
        </p>
      )}
      {fault !== null && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
    </>
  );
}
