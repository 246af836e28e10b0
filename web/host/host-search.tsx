// Which host: an address to be typed, or one of those that have sent the most lately.
import { useEffect, useState } from "preact/hooks";
import type { ApiTable } from "../../src/serve/api.ts";
import { askQuery } from "../frame/api-client.ts";
import { go } from "../frame/place.ts";
import { figure } from "../parts/figures.ts";

/** `refused`: what was typed, and the server's sentence about it. */
export function HostSearch({ refused }: { readonly refused?: { readonly host: string; readonly why: string } }) {
  const [typed, setTyped] = useState(refused?.host ?? "");
  return (
    <div class="explore">
      <h1>Hosts</h1>
      <form
        class="controls panel"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() !== "") go(`/host/${encodeURIComponent(typed.trim())}`);
        }}
      >
        <label class="choice">
          <span>address</span>
          <input
            value={typed}
            size={40}
            spellcheck={false}
            placeholder="192.0.2.1"
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          />
        </label>
        <button type="submit" class="main">
          Show
        </button>
      </form>
      {refused !== undefined && (
        <p class="fault panel" role="alert">
          {refused.why}
        </p>
      )}
      {refused === undefined && <MostSeen />}
    </div>
  );
}

function MostSeen() {
  const [table, setTable] = useState<ApiTable | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    askQuery({ from: "24h", by: ["addr"], top: 30 }, stop.signal).then(
      ({ tables }) => setTable(tables[0] ?? null),
      (error: Error) => error.name !== "AbortError" && setFault(error.message),
    );
    return () => stop.abort();
  }, []);
  return (
    <>
      {fault !== null && <p class="fault panel">{fault}</p>}
      <h2>Those with the most octets of the last 24 hours</h2>
      {table === null && fault === null && <p class="waiting">Asking</p>}
      <ul class="hosts">
        {table?.rows.map((row) => (
          <li key={String(row.addr)}>
            <a class="mono" href={`/host/${encodeURIComponent(String(row.addr))}`}>
              {String(row.addr)}
            </a>{" "}
            <span class="quiet">{figure(Number(row.bytes ?? 0), "octets")}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
