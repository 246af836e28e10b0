// The templates of all sources: learned, changed, withdrawn, expired, and bounded.
import type { WireLimits } from "./reader-context.ts";
import type { Exporter, Source, Sources } from "./sources.ts";
import type { Template } from "./template.ts";

/** When an exporter must give templates, so much of them goes at once: finding out which costs. */
const SHARE = 1 / 16;
/** When there are too many in all, there is room for so much more of them afterwards, so that it is not looked for again soon. */
const ROOM = 1 / 64;

export class TemplateStore {
  private readonly limits: WireLimits;
  private readonly forgotten: (template: Template) => void;
  private readonly exporters: Sources["exporters"];
  /** Rises with each template that comes or goes. */
  changes = 0;
  private count = 0;
  private fields = 0;

  /** `forgotten` hears of each template that is not used any more. */
  constructor(limits: WireLimits, sources: Sources, forgotten: (template: Template) => void) {
    this.limits = limits;
    this.forgotten = forgotten;
    this.exporters = sources.exporters;
  }

  /** Puts a template where its source finds it. Gives true when records read before it would be read otherwise now. */
  put(source: Source, template: Template, now: number): boolean {
    const { templates, page } = source;
    const known = templates.get(template.id);
    template.seen = now;
    if (known?.equals(template) === true) {
      known.refresh = now - known.seen;
      known.seen = now;
      // The one that was sent last is the last.
      templates.delete(known.id);
      templates.set(known.id, known);
      return false;
    }
    if (known !== undefined) {
      page.templates.changed++;
      this.remove(source, known);
    } else {
      page.templates.learned++;
    }
    this.makeRoom(source.exporter, template.fields.length);
    this.add(source, template);
    return true;
  }

  /** Puts another description of the same template in its place (a name was learned). */
  replace(source: Source, old: Template, template: Template): void {
    template.seen = old.seen;
    template.refresh = old.refresh;
    this.remove(source, old);
    this.add(source, template);
  }

  /** The exporter takes templates back: one, or all of a kind (options templates have scopes). */
  withdraw(source: Source, id: number | "templates" | "options"): void {
    for (const template of [...source.templates.values()]) {
      const meant = typeof id === "number" ? template.id === id : template.scopes > 0 === (id === "options");
      if (!meant) continue;
      this.remove(source, template);
      source.page.templates.withdrawn++;
    }
  }

  /** A source is forgotten, and its templates with it. */
  forget(source: Source): void {
    for (const template of [...source.templates.values()]) this.remove(source, template);
  }

  /** Forgets templates of datagram sessions that were not sent again in time. */
  expire(sources: Iterable<Source>, now: number): void {
    for (const source of sources) {
      if (source.session !== 0) continue;
      for (const template of source.templates.values()) {
        if (now - template.seen < this.limits.templateSeconds) continue;
        this.remove(source, template);
        source.page.templates.expired++;
      }
    }
  }

  private add(source: Source, template: Template): void {
    source.templates.set(template.id, template);
    this.changes++;
    source.exporter.templates++;
    this.count++;
    this.fields += template.fields.length;
  }

  private remove(source: Source, template: Template): void {
    source.templates.delete(template.id);
    this.changes++;
    source.exporter.templates--;
    this.count--;
    this.fields -= template.fields.length;
    this.forgotten(template);
  }

  private makeRoom(exporter: Exporter, fields: number): void {
    const { templatesPerExporter, templates, templateFields } = this.limits;
    if (exporter.templates >= templatesPerExporter) this.evict(exporter);
    if (this.count < templates && this.fields + fields <= templateFields) return;
    this.reduce(templates * (1 - ROOM), templateFields * (1 - ROOM) - fields);
  }

  /** Who has most gives first, so that an exporter that floods does not cost the others theirs. */
  private reduce(templates: number, fields: number): void {
    const enough = () => this.count === 0 || (this.count <= templates && this.fields <= fields);
    while (!enough()) {
      const greedy = [...this.exporters.values()].sort((a, b) => b.templates - a.templates);
      const most = greedy[0]?.templates ?? 0;
      if (most === 0) return;
      for (const exporter of greedy) {
        if (enough() || exporter.templates < most / 2) break;
        this.evict(exporter);
      }
    }
  }

  /** Forgets a share of an exporter's templates: those that were not sent for the longest time. */
  private evict(exporter: Exporter): void {
    let left = Math.max(1, Math.ceil(exporter.templates * SHARE));
    while (left > 0 && exporter.templates > 0) {
      const sources = [...exporter.sources].filter(({ templates }) => templates.size > 0);
      sources.sort((a, b) => oldest(a) - oldest(b));
      for (const [place, source] of sources.entries()) {
        // Up to where the next source has the oldest one.
        const next = sources[place + 1];
        const until = next === undefined ? Number.POSITIVE_INFINITY : oldest(next);
        for (const template of source.templates.values()) {
          if (left === 0 || template.seen > until) break;
          this.remove(source, template);
          source.page.templates.evicted++;
          left--;
        }
      }
    }
  }
}

/** When the template that was not sent for the longest time was sent: the first, as a source's templates lie in that order. */
function oldest(source: Source): number {
  return source.templates.values().next().value?.seen ?? 0;
}
