// What an exporter may be, told from the shape of its templates: which fields, in which order, under which numbers.
import type { TemplateSnapshot } from "../wire/index.ts";

/** Kinds of exporters that we know how to configure. */
export type DeviceKind = "cisco" | "asa" | "junos" | "mikrotik" | "softflowd" | "pmacct";

export interface Device {
  /** null = we do not know its configuration. */
  readonly kind: DeviceKind | null;
  /** Who makes it, as a person calls it. */
  readonly name: string;
}

/** Private enterprise numbers that tell the maker (IANA's registry). */
const MAKERS: Readonly<Record<number, Device>> = {
  9: { kind: "cisco", name: "Cisco" },
  2011: { kind: null, name: "Huawei" },
  2636: { kind: "junos", name: "Juniper" },
  5951: { kind: null, name: "Citrix NetScaler" },
  6871: { kind: null, name: "CERT YAF" },
  6876: { kind: null, name: "VMware" },
  8741: { kind: null, name: "SonicWall" },
  12356: { kind: null, name: "Fortinet" },
  14988: { kind: "mikrotik", name: "MikroTik" },
  25461: { kind: null, name: "Palo Alto Networks" },
  25506: { kind: null, name: "H3C" },
  26866: { kind: null, name: "AVM" },
  35632: { kind: null, name: "ntop nProbe" },
  39499: { kind: null, name: "Flowmon" },
  43874: { kind: "pmacct", name: "pmacct" },
};

const SOFTFLOWD: Device = { kind: "softflowd", name: "softflowd" };
const PMACCT: Device = { kind: "pmacct", name: "pmacct (nfprobe)" };
const ASA: Device = { kind: "asa", name: "Cisco ASA" };
const JUNOS: Device = { kind: "junos", name: "Juniper" };
const MIKROTIK: Device = { kind: "mikrotik", name: "MikroTik" };
const CISCO: Device = { kind: "cisco", name: "Cisco" };

/** Numbers that softflowd and nfprobe, which is made from it, give their templates. */
const PROBE_TEMPLATES = [1024, 1025, 2048, 2049];

/** Null where nothing tells. It is a guess, and is to be called one. */
export function guessDevice(templates: readonly TemplateSnapshot[]): Device | null {
  for (const template of templates) {
    const found = guessOne(template);
    if (found !== null) return found;
  }
  return null;
}

function guessOne(template: TemplateSnapshot): Device | null {
  for (const { pen } of template.fields) {
    const maker = pen === 0 ? undefined : MAKERS[pen];
    if (maker !== undefined) return maker;
  }
  const ids = template.fields.filter(({ pen }) => pen === 0).map(({ id }) => id);
  const has = (...wanted: number[]) => wanted.every((id) => ids.includes(id));
  if (template.scopes > 0) return has(48, 49, 50) || has(95, 96) ? CISCO : null;
  if (PROBE_TEMPLATES.includes(template.id)) {
    if (ids[0] === 8 || ids[0] === 27) return SOFTFLOWD;
    if (ids[0] === 153 && ids[1] === 152) return PMACCT;
  }
  if (has(33_002) || has(148, 40_005)) return ASA;
  if (has(243, 245, 54, 136) || follows(ids, [5, 4, 7, 11, 32, 10]) || follows(ids, [5, 4, 7, 11, 139, 10]))
    return JUNOS;
  if (has(225, 226, 227, 228) && has(80, 81)) return MIKROTIK;
  return null;
}

/** True where the numbers stand in the list one behind the other. */
function follows(ids: readonly number[], wanted: readonly number[]): boolean {
  return ids.some((_, start) => wanted.every((id, place) => ids[start + place] === id));
}
