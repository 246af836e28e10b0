// One exporter in full: every counter that is not zero, its templates with their fields, what the doctor says of it.
import type { ExporterState, Finding } from "../../src/serve/api.ts";
import { figure, wholeFigure } from "../parts/figures.ts";
import { localTime } from "../parts/times.ts";

export function ExporterDetails({
  one,
  findings,
}: {
  readonly one: ExporterState;
  readonly findings: readonly Finding[];
}) {
  return (
    <div class="exporter">
      {findings.map(({ code, sentence }) => (
        <p key={code}>{sentence}</p>
      ))}
      <dl class="details">
        <Told title="messages" text={wholeFigure(one.messages)} />
        <Told title="octets" text={figure(one.bytes, "octets")} />
        <Told title="options records" text={wholeFigure(one.optionsRecords)} />
        <Told title="counter samples" text={wholeFigure(one.counterSamples)} />
        <Told title="messages lost" text={wholeFigure(one.lostMessages)} />
        <Told title="out of order" text={wholeFigure(one.outOfOrder)} />
        <Told title="restarts" text={wholeFigure(one.restarts)} />
        <Told title="clock ahead" text={`${one.clockOffset} s`} />
        <Told title="sampling by" text={one.samplingSource ?? "not known"} />
        <Told title="first heard" text={one.firstSeen === null ? "-" : localTime(Date.parse(one.firstSeen))} />
        {counts("waiting for templates: ", one.noTemplate)}
        {counts("refused: ", one.refused)}
        {counts("remark: ", one.remarks)}
      </dl>
      {one.templates.map(({ id, port, scopes, sent, refreshSeconds, fields }) => (
        <details key={`${id} ${port}`}>
          <summary>
            template {id}
            {scopes > 0 ? " of options" : ""}, {fields.length} fields, sent {sent} times
            {refreshSeconds === null ? "" : `, again after ${refreshSeconds} s at the latest`}
          </summary>
          <p class="mono">
            {fields.map(({ name, length }) => `${name} (${length === 65_535 ? "any" : length})`).join(", ")}
          </p>
        </details>
      ))}
    </div>
  );
}

function counts(before: string, named: Readonly<Record<string, number>>) {
  return Object.entries(named)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => <Told key={name} title={`${before}${name}`} text={wholeFigure(count)} />);
}

function Told({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{text}</dd>
    </div>
  );
}
