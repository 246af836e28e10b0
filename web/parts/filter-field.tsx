// The filter: a plain field that becomes an editor with colours, completion and marked faults as soon as that is loaded.
import { useEffect, useRef, useState } from "preact/hooks";
import type { FilterEditor } from "./filter-editor.ts";

export interface FilterFieldProps {
  readonly filter: string;
  /** Enter, or leaving the field. */
  readonly onChange: (filter: string) => void;
  /** What the server said of it, beyond what is seen while typing. */
  readonly fault: string | null;
}

export function FilterField({ filter, onChange, fault }: FilterFieldProps) {
  const box = useRef<HTMLDivElement>(null);
  const editor = useRef<FilterEditor | null>(null);
  const change = useRef(onChange);
  change.current = onChange;
  const first = useRef(filter);
  const [seen, setSeen] = useState<string | null>(null);
  const [loaded, setLoaded] = useState(false);

  useEffect(() => {
    let here = true;
    void import("./filter-editor.ts").then(({ openFilterEditor }) => {
      if (!here || box.current === null) return;
      editor.current = openFilterEditor(box.current, first.current, {
        chosen: (text) => change.current(text),
        fault: setSeen,
      });
      setLoaded(true);
    });
    return () => {
      here = false;
      editor.current?.close();
      editor.current = null;
    };
  }, []);

  useEffect(() => {
    first.current = filter;
    editor.current?.show(filter);
  }, [filter]);

  const sentence = seen ?? fault;
  return (
    <div class="filter">
      <span id="filter-title" class="unseen">
        Filter
      </span>
      <div ref={box} class="editor" />
      {!loaded && (
        <input
          value={filter}
          aria-labelledby="filter-title"
          placeholder="filter: dst port 443 and src net 10.0.0.0/8"
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
        />
      )}
      <p class="fault" role="status">
        {sentence ?? ""}
      </p>
    </div>
  );
}
