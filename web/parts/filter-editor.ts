// The editor of a filter: CodeMirror; what is coloured, completed and marked comes from the server's own parser.
import {
  acceptCompletion,
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  closeCompletion,
  completionStatus,
  currentCompletions,
  moveCompletionSelection,
  selectedCompletion,
  startCompletion,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { EditorState, Prec, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, keymap, placeholder, tooltips } from "@codemirror/view";
import type { FilterSeen } from "../../src/serve/api.ts";
import { lookAtFilter } from "../frame/api-client.ts";

export interface FilterEditor {
  /** Another text than the one in it. */
  show(text: string): void;
  close(): void;
}

export interface FilterEars {
  /** Enter, or the field is left: this is to be asked. */
  readonly chosen: (text: string) => void;
  /** What is wrong with what stands there, or null. */
  readonly fault: (sentence: string | null) => void;
}

/** A moment after the last key: what is typed quickly is looked at once. */
const PAUSE_MS = 120;

const setSeen = StateEffect.define<FilterSeen>();

const marks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(before, transaction) {
    let next = before.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(setSeen)) next = marksOf(effect.value, transaction.state.doc.length);
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function marksOf({ tokens, fault }: FilterSeen, length: number): DecorationSet {
  const colours = tokens
    .filter(({ from, to }) => from < to && to <= length)
    .map(({ from, to, kind }) => Decoration.mark({ class: `tok-${kind}` }).range(from, to));
  const wrong =
    fault === null || length === 0
      ? []
      : [
          Decoration.mark({ class: "tok-fault" }).range(
            Math.min(fault.from, length - 1),
            Math.min(Math.max(fault.to, fault.from + 1), length),
          ),
        ];
  return Decoration.set([...colours, ...wrong], true);
}

export function openFilterEditor(box: HTMLElement, text: string, ears: FilterEars): FilterEditor {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = new AbortController();
  let chosen = text;
  const choose = (view: EditorView) => {
    const now = view.state.doc.toString();
    if (now === chosen) return;
    chosen = now;
    ears.chosen(now);
  };
  const look = async (view: EditorView) => {
    asked.abort();
    asked = new AbortController();
    const typed = view.state.doc.toString();
    try {
      const seen = await lookAtFilter({ text: typed }, asked.signal);
      if (view.state.doc.toString() !== typed) return;
      view.dispatch({ effects: setSeen.of(seen) });
      ears.fault(typed.trim() === "" ? null : (seen.fault?.message ?? null));
    } catch {
      // Who types on asks again.
    }
  };
  const view = new EditorView({
    parent: box,
    state: EditorState.create({
      doc: text,
      extensions: [
        history(),
        marks,
        placeholder("filter: dst port 443 and src net 10.0.0.0/8"),
        tooltips({ position: "fixed" }),
        EditorState.transactionFilter.of((transaction) => (transaction.newDoc.lines > 1 ? [] : transaction)),
        autocompletion({ override: [complete], activateOnTyping: true, icons: false, selectOnOpen: false }),
        EditorView.contentAttributes.of({ "aria-labelledby": "filter-title", spellcheck: "false" }),
        EditorView.domEventHandlers({ blur: (_event, editor) => choose(editor) }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          clearTimeout(timer);
          timer = setTimeout(() => void look(update.view), PAUSE_MS);
        }),
        Prec.highest(
          keymap.of([
            {
              key: "Enter",
              run: (editor) => {
                if (completionStatus(editor.state) === "active" && acceptCompletion(editor)) return true;
                choose(editor);
                return true;
              },
            },
            {
              key: "Mod-Enter",
              run: (editor) => {
                closeCompletion(editor);
                choose(editor);
                return true;
              },
            },
            { key: "Tab", run: completeByTab },
            { key: "Ctrl-Space", run: startCompletion },
          ]),
        ),
        keymap.of([...defaultKeymap, ...historyKeymap]),
      ],
    }),
  });
  void look(view);
  return {
    show(next) {
      chosen = next;
      if (next === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
    },
    close() {
      clearTimeout(timer);
      asked.abort();
      view.destroy();
    },
  };
}

/** While the list is shown Tab takes what is selected, or the first; else it goes on to the next field, as everywhere. */
function completeByTab(view: EditorView): boolean {
  if (currentCompletions(view.state).length === 0) return false;
  if (selectedCompletion(view.state) === null) moveCompletionSelection(true)(view);
  acceptCompletion(view);
  return true;
}

async function complete(context: CompletionContext): Promise<CompletionResult | null> {
  const text = context.state.doc.toString();
  const asked = new AbortController();
  context.addEventListener("abort", () => asked.abort());
  try {
    const { completions } = await lookAtFilter({ text, at: context.pos }, asked.signal);
    if (completions === null || completions.options.length === 0) return null;
    // Nothing of a word stands there: it is not pressed upon who types.
    if (!context.explicit && completions.from === completions.to) return null;
    const options = completions.options.map(
      ({ text: label, kind, about }): Completion => ({ label, type: kind, detail: about }),
    );
    return { from: completions.from, to: completions.to, options };
  } catch {
    return null;
  }
}
