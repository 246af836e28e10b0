// What can be done with a span that was dragged over: look closer, find out who it was, see its flows.
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
  return (
    <fieldset class="span">
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
