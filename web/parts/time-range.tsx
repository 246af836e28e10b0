// The time that is asked about: presets, typed words, a calendar, a step back and forth, twice as much.
import { useEffect, useState } from "preact/hooks";
import { timeWord } from "./times.ts";

export interface TimeRangeProps {
  readonly from: string;
  readonly to: string;
  /** What the words mean, once the server has said it: ms since 1970. */
  readonly span: readonly [number, number] | null;
  readonly onChange: (from: string, to: string) => void;
}

const PRESETS: readonly (readonly [from: string, to: string, title: string])[] = [
  ["15m", "", "last 15 minutes"],
  ["1h", "", "last hour"],
  ["6h", "", "last 6 hours"],
  ["24h", "", "last 24 hours"],
  ["2d", "", "last 2 days"],
  ["7d", "", "last 7 days"],
  ["30d", "", "last 30 days"],
  ["today", "", "today"],
  ["yesterday", "yesterday", "yesterday"],
];

export function TimeRange({ from, to, span, onChange }: TimeRangeProps) {
  const preset = PRESETS.find(([begin, end]) => begin === from && end === to);
  const move = (share: number) => {
    if (span === null) return;
    const by = (span[1] - span[0]) * share;
    onChange(timeWord(span[0] + by), timeWord(span[1] + by));
  };
  const widen = () => {
    if (span === null) return;
    const half = (span[1] - span[0]) / 2;
    onChange(timeWord(span[0] - half), timeWord(Math.min(span[1] + half, Date.now())));
  };
  return (
    <fieldset class="times">
      <legend class="unseen">Time</legend>
      <button type="button" onClick={() => move(-1)} disabled={span === null} aria-label="Earlier" title="Earlier">
        ◀
      </button>
      <label>
        <span class="unseen">Preset of time</span>
        <select
          value={preset === undefined ? "" : `${from} ${to}`}
          onChange={({ currentTarget }) => {
            const [begin = "", end = ""] = currentTarget.value.split(" ");
            if (begin !== "") onChange(begin, end);
          }}
        >
          {preset === undefined && <option value="">chosen time</option>}
          {PRESETS.map(([begin, end, title]) => (
            <option key={title} value={`${begin} ${end}`}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <TimeWord title="from" word={from} ms={span?.[0] ?? null} onChange={(word) => onChange(word, to)} />
      <TimeWord title="to" word={to} ms={span?.[1] ?? null} onChange={(word) => onChange(from, word)} />
      <button type="button" onClick={() => move(1)} disabled={span === null} aria-label="Later" title="Later">
        ▶
      </button>
      <button type="button" onClick={widen} disabled={span === null} title="Twice as much time">
        wider
      </button>
    </fieldset>
  );
}

interface TimeWordProps {
  readonly title: "from" | "to";
  readonly word: string;
  readonly ms: number | null;
  readonly onChange: (word: string) => void;
}

/** Typed, or chosen from the browser's own calendar. */
function TimeWord({ title, word, ms, onChange }: TimeWordProps) {
  const [typed, setTyped] = useState(word);
  useEffect(() => setTyped(word), [word]);
  const take = () => typed.trim() !== word && onChange(typed.trim());
  return (
    <span class="timeword">
      <label>
        <span>{title}</span>
        <input
          value={typed}
          size={20}
          spellcheck={false}
          placeholder={title === "to" ? "now" : "24h"}
          title="2h (ago), yesterday, 10:30, 2026-11-20, 2026-11-20T10:30Z"
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          onChange={take}
          onKeyDown={({ key }) => key === "Enter" && take()}
        />
      </label>
      <input
        type="datetime-local"
        class="calendar"
        aria-label={`${title}: calendar`}
        value={ms === null ? "" : localInput(ms)}
        onChange={({ currentTarget }) => {
          const chosen = new Date(currentTarget.value).getTime();
          if (Number.isFinite(chosen)) onChange(timeWord(chosen));
        }}
      />
    </span>
  );
}

/** "2026-11-20T10:30" in the reader's zone, as the browser's calendar wants it. */
function localInput(ms: number): string {
  const offset = new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - offset).toISOString().slice(0, 16);
}
