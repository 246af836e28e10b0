// What can be done with a span that was dragged over: look closer, find out who it was, see its flows.
import { useEffect, useRef } from "preact/hooks";
import { spanText } from "../parts/figures.ts";
import { localTime, utcTime } from "../parts/times.ts";

export interface SpanChoiceProps {
  readonly span: readonly [number, number];
  readonly onZoom: () => void;
  readonly onPeak: () => void;
  readonly onFlows: () => void;
  readonly onClose: () => void;
}

export function SpanChoice({ span, onZoom, onPeak, onFlows, onClose }: SpanChoiceProps) {
  const [from, to] = span;
  const box = useRef<HTMLFieldSetElement>(null);
  // It may have been chosen further down, in the table.
  useEffect(() => box.current?.scrollIntoView({ block: "nearest" }), [from, to]);
  return (
    <fieldset class="span" ref={box}>
      <legend class="unseen">The chosen span</legend>
      <span title={`${utcTime(from)} to ${utcTime(to)}`}>
        {localTime(from)} to {localTime(to)} ({spanText((to - from) / 1000)})
      </span>
      <button type="button" class="main" onClick={onZoom}>
        Zoom
      </button>
      <button type="button" onClick={onPeak}>
        Who made this
      </button>
      <button type="button" onClick={onFlows}>
        Flows
      </button>
      <button type="button" onClick={onClose} aria-label="Leave the span">
        ×
      </button>
    </fieldset>
  );
}
