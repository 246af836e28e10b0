// A short table of groups: partners or services of a host, the largest first.
import type { ApiTable } from "../../src/serve/api.ts";
import { keyText } from "../explore/series.ts";
import { termOf } from "../explore/terms.ts";
import { address } from "../frame/place.ts";
import { figure } from "../parts/figures.ts";

export function HostTable({
  title,
  table,
  own,
}: {
  readonly title: string;
  readonly table: ApiTable | undefined;
  readonly own: string;
}) {
  const keys = table?.columns.filter(({ role }) => role === "key").map(({ name }) => name) ?? [];
  return (
    <section>
      <h2>{title}</h2>
      {table === undefined ? (
        <p class="waiting">Asking</p>
      ) : table.rows.length === 0 ? (
        <p class="quiet">nobody in this time</p>
      ) : (
        <div class="tablebox">
          <table>
            <thead>
              <tr>
                {keys.map((key) => (
                  <th key={key} scope="col">
                    {key}
                  </th>
                ))}
                <th scope="col" class="figure">
                  bytes
                </th>
                <th scope="col" class="figure">
                  flows
                </th>
              </tr>
            </thead>
            <tbody>
              {table.rows.map((row) => {
                const terms = keys.map((key) => termOf(key, row[key] ?? null)).filter((term) => term !== null);
                return (
                  <tr key={keys.map((key) => String(row[key])).join(" ")}>
                    {keys.map((key) => {
                      const text = keyText(key, row[key] ?? null, row.proto);
                      return (
                        <td key={key} class="key">
                          {/Addr$/.test(key) ? <a href={`/host/${encodeURIComponent(text)}`}>{text}</a> : text}
                        </td>
                      );
                    })}
                    <td class="figure">
                      <a href={address("/explore", { by: "none", filter: [`host ${own}`, ...terms].join(" and ") })}>
                        {figure(Number(row.bytes ?? 0), "octets")}
                      </a>
                    </td>
                    <td class="figure">{figure(Number(row.flows ?? 0), null)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
