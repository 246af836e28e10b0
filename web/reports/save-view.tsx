// In Explore: the view that is seen, saved as a report.
import { useState } from "preact/hooks";
import type { ReportDraft } from "../../src/serve/api.ts";
import { questionOf } from "../explore/use-answer.ts";
import { type View, wordsOf } from "../explore/view.ts";
import { address, go } from "../frame/place.ts";
import { status } from "../frame/server-status.ts";
import { ReportForm } from "./report-form.tsx";

export function SaveView({ view }: { readonly view: View }) {
  const [open, setOpen] = useState(false);
  const user = status.value?.user ?? null;
  // Reports are everybody's: admins save them.
  if (user !== null && user.role !== "admin") return null;
  if (!open) {
    return (
      <button type="button" onClick={() => setOpen(true)}>
        Save as report
      </button>
    );
  }
  return (
    <section class="panel savebox" aria-label="Save as report">
      <ReportForm
        id={null}
        draft={draftOf(view)}
        onSaved={({ id }) => go(`/reports/${id}`)}
        onClose={() => setOpen(false)}
      />
    </section>
  );
}

/** Times stay words ("24h"), and buckets suit the time at which it runs. */
function draftOf(view: View): ReportDraft {
  const { from: _from, to: _to, ...words } = questionOf(view, { from: "", to: "", seconds: 0, bucket: "auto" });
  const time = { ...(view.from === "" ? {} : { from: view.from }), ...(view.to === "" ? {} : { to: view.to }) };
  const { refresh: _refresh, ...said } = wordsOf(view);
  const [, query = ""] = address("/explore", said).split("?");
  return { title: "", about: "", words: { ...words, ...time }, chart: view.chart, view: query, schedule: null };
}
