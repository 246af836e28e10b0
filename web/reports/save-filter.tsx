// Beside a filter field: the filter that is there, saved under a name.
import { useState } from "preact/hooks";
import { status } from "../frame/server-status.ts";
import { useFirstField } from "../parts/use-first-field.ts";
import { saveFilter } from "./reports-client.ts";

export function SaveFilter({ filter }: { readonly filter: string }) {
  const [name, setName] = useState<string | null>(null);
  const [told, setTold] = useState<string | null>(null);
  const field = useFirstField(name !== null);
  const user = status.value?.user ?? null;
  if (filter.trim() === "") return null;
  const save = async () => {
    const shared = user === null || user.role === "admin";
    try {
      await saveFilter(name ?? "", { text: filter, about: "", shared });
      setTold(`saved: $${name}`);
      setName(null);
    } catch (error) {
      setTold((error as Error).message);
    }
  };
  return (
    <fieldset class="savefilter">
      <legend class="unseen">Save this filter</legend>
      {name === null ? (
        <button type="button" class="small" onClick={() => setName("")}>
          save filter
        </button>
      ) : (
        <>
          <input
            ref={field}
            aria-label="name of the filter"
            placeholder="name without blanks, used as $name"
            title="letters, digits, . _ -"
            size={34}
            spellcheck={false}
            value={name}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter") return;
              event.preventDefault();
              void save();
            }}
          />
          <button type="button" class="small" onClick={() => void save()}>
            save
          </button>
          <button type="button" class="small" onClick={() => setName(null)} aria-label="Do not save the filter">
            ×
          </button>
        </>
      )}
      {told !== null && (
        <span class="quiet" role="status">
          {told}
        </span>
      )}
    </fieldset>
  );
}
