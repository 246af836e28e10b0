// Title, words about it and schedule of a report that is saved.
import { useState } from "preact/hooks";
import type { Report, ReportDraft } from "../../src/serve/api.ts";
import { status } from "../frame/server-status.ts";
import { useFirstField } from "../parts/use-first-field.ts";
import { saveReport } from "./reports-client.ts";

export interface ReportFormProps {
  /** null = a new one. */
  readonly id: string | null;
  readonly draft: ReportDraft;
  readonly onSaved: (report: Report) => void;
  readonly onClose: () => void;
}

const TIMES: readonly (readonly [cron: string, title: string])[] = [
  ["", "never"],
  ["0 * * * *", "every hour"],
  ["0 6 * * *", "daily at 6"],
  ["0 6 * * 1", "Mondays at 6"],
  ["0 6 1 * *", "monthly, the 1st at 6"],
];
const OWN = "own";

export function ReportForm({ id, draft, onSaved, onClose }: ReportFormProps) {
  const field = useFirstField();
  const [title, setTitle] = useState(draft.title);
  const [about, setAbout] = useState(draft.about);
  const [cron, setCron] = useState(draft.schedule?.cron ?? "");
  const [typed, setTyped] = useState(!TIMES.some(([known]) => known === (draft.schedule?.cron ?? "")));
  const [mailTo, setMailTo] = useState(draft.schedule?.mailTo.join(", ") ?? "");
  const [fault, setFault] = useState<string | null>(null);
  const save = async () => {
    const addresses = mailTo.split(/[\s,;]+/).filter((one) => one !== "");
    const schedule = cron.trim() === "" ? null : { cron, mailTo: addresses };
    const { words, chart, view } = draft;
    try {
      onSaved(await saveReport(id, { title, about, words, chart, view, schedule }));
    } catch (error) {
      setFault((error as Error).message);
    }
  };
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <label>
        title
        <input
          ref={field}
          required
          maxLength={120}
          value={title}
          onInput={({ currentTarget }) => setTitle(currentTarget.value)}
        />
      </label>
      <label>
        about
        <input maxLength={500} value={about} onInput={({ currentTarget }) => setAbout(currentTarget.value)} />
      </label>
      <label>
        run by itself
        <select
          value={typed ? OWN : cron}
          onChange={({ currentTarget }) => {
            setTyped(currentTarget.value === OWN);
            if (currentTarget.value !== OWN) setCron(currentTarget.value);
          }}
        >
          {TIMES.map(([known, name]) => (
            <option key={known} value={known}>
              {name}
            </option>
          ))}
          <option value={OWN}>as cron says</option>
        </select>
      </label>
      {typed && (
        <label>
          cron (minute hour day month weekday, in {status.value?.zone ?? "the server's zone"})
          <input value={cron} spellcheck={false} onInput={({ currentTarget }) => setCron(currentTarget.value)} />
        </label>
      )}
      {cron !== "" && (
        <label>
          mailed to
          <input
            value={mailTo}
            placeholder="nobody: only a file"
            spellcheck={false}
            onInput={({ currentTarget }) => setMailTo(currentTarget.value)}
          />
        </label>
      )}
      {fault !== null && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <p>
        <button type="submit" class="main">
          Save report
        </button>{" "}
        <button type="button" onClick={onClose}>
          Cancel
        </button>
      </p>
    </form>
  );
}
