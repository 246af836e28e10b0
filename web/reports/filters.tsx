// Saved filters: what `$name` stands for, changed and deleted.
import { useState } from "preact/hooks";
import type { SavedFilter } from "../../src/serve/api.ts";
import { address } from "../frame/place.ts";
import { status } from "../frame/server-status.ts";
import { FilterField } from "../parts/filter-field.tsx";
import { useFirstField } from "../parts/use-first-field.ts";
import { askFilters, deleteFilter, saveFilter } from "./reports-client.ts";
import { useAsked } from "./use-asked.ts";

const NEW: SavedFilter = { name: "", text: "", about: "", shared: true };

export function Filters() {
  const [version, setVersion] = useState(0);
  const { value, fault } = useAsked(`filters ${version}`, askFilters);
  const [edited, setEdited] = useState<SavedFilter | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  const user = status.value?.user ?? null;
  const mayChange = ({ shared }: SavedFilter) => user === null || user.role === "admin" || !shared;
  const again = () => {
    setEdited(null);
    setSaid(null);
    setVersion(version + 1);
  };
  const remove = (filter: SavedFilter) => deleteFilter(filter).then(again, (error: Error) => setSaid(error.message));
  if (fault !== null) return <p class="fault panel">{fault.message}</p>;
  if (value === null) return <p class="waiting">Asking</p>;
  return (
    <div class="explore">
      <h1>Saved filters</h1>
      <p>
        Every filter can use them by name: <code>$web and not src net 10.0.0.0/8</code>
      </p>
      {said !== null && (
        <p class="fault panel" role="alert">
          {said}
        </p>
      )}
      {value.length > 0 && (
        <div class="tablebox">
          <table>
            <thead>
              <tr>
                <th scope="col">name</th>
                <th scope="col">filter</th>
                <th scope="col">about</th>
                <th scope="col">whose</th>
                <th scope="col">
                  <span class="unseen">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {value.map((filter) => (
                <tr key={filter.name}>
                  <td class="key">
                    <a href={address("/explore", { filter: `$${filter.name}` })}>${filter.name}</a>
                  </td>
                  <td class="key long">{filter.text}</td>
                  <td class="long">
                    <bdi>{filter.about}</bdi>
                  </td>
                  <td>{filter.shared ? "everybody's" : "my own"}</td>
                  <td class="actions">
                    {mayChange(filter) && (
                      <>
                        <button type="button" onClick={() => setEdited(filter)} aria-label={`Edit ${filter.name}`}>
                          edit
                        </button>{" "}
                        <button type="button" onClick={() => void remove(filter)} aria-label={`Delete ${filter.name}`}>
                          delete
                        </button>
                      </>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {edited === null ? (
        <p>
          <button type="button" onClick={() => setEdited({ ...NEW, shared: user === null || user.role === "admin" })}>
            New filter
          </button>
        </p>
      ) : (
        <FilterForm key={edited.name} filter={edited} onSaved={again} onClose={() => setEdited(null)} />
      )}
    </div>
  );
}

interface FilterFormProps {
  readonly filter: SavedFilter;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}

function FilterForm({ filter, onSaved, onClose }: FilterFormProps) {
  const field = useFirstField();
  const [name, setName] = useState(filter.name);
  const [text, setText] = useState(filter.text);
  const [about, setAbout] = useState(filter.about);
  const [shared, setShared] = useState(filter.shared);
  const [fault, setFault] = useState<string | null>(null);
  const user = status.value?.user ?? null;
  const save = () => saveFilter(name, { text, about, shared }).then(onSaved, (error: Error) => setFault(error.message));
  return (
    <form
      class="panel form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <label>
        name
        <input
          ref={field}
          required
          placeholder="without blanks"
          pattern="[A-Za-z0-9_.\-]+"
          title="letters, digits, . _ -"
          spellcheck={false}
          readOnly={filter.name !== ""}
          value={name}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
      </label>
      <FilterField filter={text} fault={fault} onChange={setText} />
      <label>
        about
        <input maxLength={500} value={about} onInput={({ currentTarget }) => setAbout(currentTarget.value)} />
      </label>
      {user?.role === "admin" && (
        <label class="check">
          <input type="checkbox" checked={shared} onChange={({ currentTarget }) => setShared(currentTarget.checked)} />
          everybody's
        </label>
      )}
      <p>
        <button type="submit" class="main">
          Save filter
        </button>{" "}
        <button type="button" onClick={onClose}>
          Cancel
        </button>
      </p>
    </form>
  );
}
