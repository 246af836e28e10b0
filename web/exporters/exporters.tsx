// Exporters: who sends what, what is missing of it and why, and what is wrong with whom.
import { useEffect, useState } from "preact/hooks";
import type { ExporterState, Exporters as ExportersAnswer, Finding } from "../../src/serve/api.ts";
import { askExporters } from "../frame/api-client.ts";
import { figure, wholeFigure } from "../parts/figures.ts";
import { localTime } from "../parts/times.ts";
import { ExporterDetails } from "./exporter-details.tsx";
import { Findings } from "./findings.tsx";
import { StoreLedger } from "./store-ledger.tsx";

const EVERY_MS = 5000;

export function Exporters() {
  const [answer, setAnswer] = useState<ExportersAnswer | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [open, setOpen] = useState<string | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    const ask = () =>
      askExporters(stop.signal).then(
        (found) => {
          setAnswer(found);
          setFault(null);
        },
        (error: Error) => error.name !== "AbortError" && setFault(error.message),
      );
    void ask();
    const timer = setInterval(() => document.visibilityState === "visible" && void ask(), EVERY_MS);
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  }, []);
  if (answer === null) return fault === null ? <p class="waiting">Asking</p> : <p class="fault panel">{fault}</p>;
  const { now, store } = answer;
  return (
    <div class="explore">
      <h1>Exporters</h1>
      {fault !== null && <p class="fault panel">{fault}</p>}
      {now === null ? (
        <p class="panel">Nothing is collected here now; flowgauge serve --collect udp://:2055 does.</p>
      ) : (
        <>
          <Findings findings={now.findings} none={now.exporters.length === 0} />
          {now.exporters.length === 0 ? (
            <p class="panel empty">No exporter has been heard yet. Let routers send NetFlow, IPFIX or sFlow here.</p>
          ) : (
            <div class="tablebox">
              <table>
                <thead>
                  <tr>
                    <th scope="col">exporter</th>
                    <th scope="col">domain</th>
                    <th scope="col">format</th>
                    <th scope="col" class="figure">
                      records/s
                    </th>
                    <th scope="col" class="figure">
                      records
                    </th>
                    <th scope="col" class="figure">
                      lost on the way
                    </th>
                    <th scope="col" class="figure">
                      refused
                    </th>
                    <th scope="col">sampling</th>
                    <th scope="col" class="figure">
                      templates
                    </th>
                    <th scope="col">last heard</th>
                    <th scope="col">
                      <span class="unseen">Details</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {now.exporters.map((one) => {
                    const name = `${one.exporter} ${one.domain} ${one.format}`;
                    return [
                      <ExporterRow
                        key={name}
                        one={one}
                        isOpen={open === name}
                        onOpen={() => setOpen(open === name ? null : name)}
                      />,
                      open === name && (
                        <tr key={`${name} details`}>
                          <td colSpan={11}>
                            <ExporterDetails one={one} findings={findingsOf(now.findings, one)} />
                          </td>
                        </tr>
                      ),
                    ];
                  })}
                </tbody>
              </table>
            </div>
          )}
          {[...now.notes, ...now.problems].map((sentence) => (
            <p key={sentence} class="note">
              {sentence}
            </p>
          ))}
        </>
      )}
      {store !== null && <StoreLedger explained={store} />}
    </div>
  );
}

function findingsOf(findings: readonly Finding[], { exporter, domain }: ExporterState): readonly Finding[] {
  return findings.filter(
    (finding) => finding.exporter === exporter && (finding.domain === null || finding.domain === domain),
  );
}

function ExporterRow({
  one,
  isOpen,
  onOpen,
}: {
  readonly one: ExporterState;
  readonly isOpen: boolean;
  readonly onOpen: () => void;
}) {
  const refused = Object.values(one.refused).reduce((sum, count) => sum + count, 0);
  return (
    <tr>
      <td class="key">
        {one.alias === null ? one.exporter : `${one.alias} (${one.exporter})`}
        {one.device !== null && <span class="quiet"> {one.device}</span>}
      </td>
      <td>{one.domain}</td>
      <td>{one.format}</td>
      <td class="figure">{figure(one.recordsPerSecond, null)}</td>
      <td class="figure">{wholeFigure(one.records)}</td>
      <td class={one.lostRecords > 0 ? "figure warned" : "figure"}>
        {one.lostRecords > 0 ? `${wholeFigure(one.lostRecords)} (${figure(one.lostShare * 100, "percent")})` : "0"}
      </td>
      <td class={refused > 0 ? "figure warned" : "figure"}>{wholeFigure(refused)}</td>
      <td>
        {one.samplingRate === null
          ? "not known"
          : one.samplingRate === 1
            ? "none"
            : `1 of ${wholeFigure(one.samplingRate)}`}
      </td>
      <td class="figure">{one.templates.length}</td>
      <td>{one.lastSeen === null ? "-" : localTime(Date.parse(one.lastSeen))}</td>
      <td class="actions">
        <button type="button" aria-expanded={isOpen} onClick={onOpen}>
          details
        </button>
      </td>
    </tr>
  );
}
