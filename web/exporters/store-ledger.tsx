// Where every record went that was meant for the store, over all its time: `flowgauge explain` as a table.
import type { Explained } from "../../src/serve/api.ts";
import { wholeFigure } from "../parts/figures.ts";

type Counts = Readonly<Record<string, number | Readonly<Record<string, number>>>>;

interface Page {
  readonly exporter: string;
  readonly domain: number;
  readonly format: string;
  readonly counts: Counts;
}

const COLUMNS: readonly (readonly [name: string, title: string])[] = [
  ["messages", "messages"],
  ["records", "records"],
  ["stored", "stored"],
  ["lostRecords", "lost on the way"],
  ["kernelDrops", "dropped by the kernel"],
  ["filtered", "left out by filter"],
  ["refused", "refused"],
  ["noTemplate", "without template"],
  ["notStored", "not stored"],
];

export function StoreLedger({ explained }: { readonly explained: Explained }) {
  const pages = (explained.exporters ?? []) as readonly (Page & Counts)[];
  const total = (explained.total ?? {}) as Counts;
  const difference = explained.difference as number | null | undefined;
  return (
    <section>
      <h2>Where every record went</h2>
      <p class="quiet">Of the whole store, by the ledger of what was written so far. {verdict(difference)}</p>
      <div class="tablebox">
        <table>
          <thead>
            <tr>
              <th scope="col">exporter</th>
              <th scope="col">format</th>
              {COLUMNS.map(([name, title]) => (
                <th key={name} scope="col" class="figure">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {pages.map((page) => (
              <tr key={`${page.exporter} ${page.domain} ${page.format}`}>
                <td class="key">
                  {page.exporter === "" ? "none" : `${page.exporter} ${page.domain === 0 ? "" : page.domain}`}
                </td>
                <td>{page.format}</td>
                {COLUMNS.map(([name]) => (
                  <td key={name} class="figure">
                    {wholeFigure(countOf(page.counts ?? page, name))}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={2}>
                all
              </th>
              {COLUMNS.map(([name]) => (
                <td key={name} class="figure">
                  {wholeFigure(countOf(total, name))}
                </td>
              ))}
            </tr>
          </tfoot>
        </table>
      </div>
    </section>
  );
}

function verdict(difference: number | null | undefined): string {
  if (difference == null) return "";
  if (difference === 0) return "It adds up: the store holds every flow that it should.";
  return difference > 0
    ? `The store holds ${wholeFigure(difference)} flows more: those of the last moments are not in the ledger yet.`
    : `The store holds ${wholeFigure(-difference)} flows less than it should; flowgauge store verify names what is damaged.`;
}

function countOf(counts: Counts, name: string): number {
  const found = counts[name];
  if (typeof found === "number") return found;
  return Object.values(found ?? {}).reduce((sum, count) => sum + count, 0);
}
