// A list of fields to group by: chips in their order, and a field to type the next one into.
import { useState } from "preact/hooks";
import { words } from "./words.ts";

export interface FieldListProps {
  readonly fields: readonly string[];
  readonly onChange: (fields: readonly string[]) => void;
}

export function FieldList({ fields, onChange }: FieldListProps) {
  const [typed, setTyped] = useState("");
  const add = (text: string) => {
    const added = text
      .split(",")
      .map((field) => field.trim())
      .filter((field) => field !== "" && !fields.includes(field));
    setTyped("");
    if (added.length > 0) onChange([...fields, ...added]);
  };
  const move = (place: number, by: number) => {
    const moved = [...fields];
    const [field] = moved.splice(place, 1);
    moved.splice(place + by, 0, field!);
    onChange(moved);
  };
  return (
    <fieldset class="fields">
      <legend>by</legend>
      {fields.map((field, place) => (
        <span key={field} class="chip">
          {place > 0 && (
            <button type="button" aria-label={`${field}: one place forward`} onClick={() => move(place, -1)}>
              ‹
            </button>
          )}
          {field}
          <button
            type="button"
            aria-label={`without ${field}`}
            onClick={() => onChange(fields.filter((one) => one !== field))}
          >
            ×
          </button>
        </span>
      ))}
      <label>
        <span class="unseen">add a field</span>
        <input
          list="fields-known"
          value={typed}
          size={14}
          spellcheck={false}
          placeholder={fields.length === 0 ? "all together; add a field" : "add a field"}
          title="srcAddr, dstPort, proto, srcAddr/24, exporter ..."
          onInput={({ currentTarget }) => {
            const text = currentTarget.value;
            // Chosen from the list, and not typed: there is nothing more to come.
            if (words.value?.fields.some(({ name }) => name === text) === true && !isBeginning(text)) add(text);
            else setTyped(text);
          }}
          onChange={({ currentTarget }) => add(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") add(event.currentTarget.value);
            if (event.key === "Backspace" && event.currentTarget.value === "" && fields.length > 0)
              onChange(fields.slice(0, -1));
          }}
        />
        <datalist id="fields-known">
          {(words.value?.fields ?? []).map(({ name, about }) => (
            <option key={name} value={name}>
              {about}
            </option>
          ))}
        </datalist>
      </label>
    </fieldset>
  );
}

/** A longer name, or a prefix length, may still be meant. */
function isBeginning(text: string): boolean {
  const fields = words.value?.fields ?? [];
  const kind = fields.find(({ name }) => name === text)?.kind;
  return kind === "address" || fields.some(({ name }) => name !== text && name.startsWith(text));
}
