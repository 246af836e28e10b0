// Templates as plain objects: kept on disk over a restart, and shown to people.
import type { Source } from "./sources.ts";

/** One template. */
export interface TemplateSnapshot {
  readonly exporter: string;
  readonly port: number;
  readonly domain: number;
  readonly format: 9 | 10;
  readonly id: number;
  /** 0 = data template, else the number of scope fields of an options template. */
  readonly scopes: number;
  /** Number, private enterprise number, length in octets (65535 = variable) and name of each field. */
  readonly fields: readonly {
    readonly id: number;
    readonly pen: number;
    readonly length: number;
    readonly name: string;
  }[];
  /** When it was last sent: seconds since 1970 UTC. */
  readonly seen: number;
  /** Seconds between the last two times it was sent; 0 = it was sent once. */
  readonly refresh: number;
}

/** All templates of datagram sessions; those of streams end with them. */
export function snapshotsOf(sources: Iterable<Source>): TemplateSnapshot[] {
  const all: TemplateSnapshot[] = [];
  for (const { exporter, port, session, domain, format, templates } of sources) {
    if (session !== 0 || (format !== 9 && format !== 10)) continue;
    for (const { id, scopes, fields, seen, refresh } of templates.values()) {
      all.push({
        exporter: exporter.text,
        port,
        domain,
        format,
        id,
        scopes,
        fields: fields.map(({ id: element, pen, length, name }) => ({ id: element, pen, length, name })),
        seen,
        refresh,
      });
    }
  }
  return all;
}

const MOST_FIELDS = 1024;

/** True when it can be used: files may be damaged, or be of another version of this program. */
export function isTemplateSnapshot(value: unknown): value is TemplateSnapshot {
  if (typeof value !== "object" || value === null) return false;
  const { exporter, port, domain, format, id, scopes, fields, seen } = value as Record<string, unknown>;
  return (
    typeof exporter === "string" &&
    (format === 9 || format === 10) &&
    whole(port, 0, 65_535) &&
    whole(domain, 0, 0xffff_ffff) &&
    whole(id, 256, 65_535) &&
    whole(seen, 0, 0xffff_ffff) &&
    Array.isArray(fields) &&
    fields.length > 0 &&
    fields.length <= MOST_FIELDS &&
    whole(scopes, 0, fields.length) &&
    fields.every(isField)
  );
}

function isField(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { id, pen, length } = value as Record<string, unknown>;
  return whole(id, 0, 65_535) && whole(pen, 0, 0xffff_ffff) && whole(length, 0, 65_535);
}

function whole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}
