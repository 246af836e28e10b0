// The contract of `flowgauge serve`: what its HTTP API takes and gives, version 1. The page imports these types and nothing else of src/.
// Every path below stands behind /api/v1. Bodies and answers are JSON, UTF-8; times are RFC 3339 UTC; docs/api.md and /api/v1/openapi.json say the same.

/** What went wrong: 400 wrong words, 401 log in, 403 not allowed, 404, 409, 413, 429 too many, 503 busy or without an engine, 504 too slow. */
export interface ApiError {
  readonly error: {
    /** One sentence: what was expected, found, and what to do. */
    readonly message: string;
    /** A stable word for programs: "usage", "filter", "login", "forbidden", "missing", "conflict", "busy", "engine", "memory", "timeout", "cancelled", "store", "internal". */
    readonly code: string;
    /** Characters of the filter that are meant; null where it is not about a filter. */
    readonly from: number | null;
    readonly to: number | null;
  };
}

/** A question in the words of `flowgauge query` (docs/query.md): each member is the option of that name. GET takes the same as a query string. */
export interface QueryWords {
  readonly filter?: string;
  /** "2h", "yesterday", "2026-11-20T10:00:00Z". */
  readonly from?: string;
  readonly to?: string;
  readonly within?: "any" | "start" | "end" | "inside";
  /** Lists of fields with commas, one table each: "time/5m,srcAddr/24". None = a list of flows. */
  readonly by?: readonly string[];
  readonly top?: number;
  /** "bytes:desc". */
  readonly sort?: string;
  readonly measures?: string;
  readonly sum?: string;
  readonly distinct?: string;
  readonly percentile?: number;
  readonly spread?: "even" | "start" | "end";
  readonly biflow?: boolean | string;
  readonly dedup?: boolean;
  readonly scale?: boolean;
  /** Times without a zone, days and hours are of UTC; default: the server's zone. */
  readonly utc?: boolean;
  /** The same of another zone, by its name: "Europe/Berlin". */
  readonly zone?: string;
  /** Networks that `inside`, `outside` and `side` speak of, with commas; default: those of serve. */
  readonly local?: string;
  /** Lists: so many flows at the most (1..10,000), only these fields, and where to go on. */
  readonly limit?: number;
  readonly fields?: string;
  readonly after?: string;
}

/** A Table as docs/table.schema.json has it (`table/1`). */
export interface ApiTable {
  readonly flowgauge: "table/1";
  readonly shape: "list" | "group" | "series";
  readonly title: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly bucketSeconds: number | null;
  readonly sortedBy: string | null;
  readonly columns: readonly ApiColumn[];
  readonly rows: readonly ApiRow[];
  readonly total: ApiRow | null;
  readonly others: ApiRow | null;
  readonly othersRows: readonly ApiRow[];
  readonly known: readonly (readonly [string, string])[] | null;
  readonly notes: readonly string[];
}

export type ApiValue = string | number | null | Readonly<Record<string, string>>;
export type ApiRow = Readonly<Record<string, ApiValue>>;

export interface ApiColumn {
  readonly name: string;
  readonly title: string;
  readonly type: "text" | "integer" | "real" | "time" | "duration" | "other";
  readonly unit: string | null;
  readonly role: "key" | "measure";
  readonly field?: string | null;
}

/**
 * GET|POST /query. Other formats of the same: ?format=ndjson|csv|parquet|native|svg|png as a download; what JSON says beside the rows is a
 * DownloadSaid in their header `Flowgauge-Said`.
 */
export interface QueryAnswer {
  readonly tables: readonly ApiTable[];
  /** The command line that answers the same. */
  readonly command: string;
  /** What it took: seconds of waiting and of work, files looked at. */
  readonly took: { readonly queuedSeconds: number; readonly seconds: number; readonly files: number };
  /** Lists: what to give as `after` for the next flows; null = that is all. */
  readonly next: string | null;
  /** Files that could not be read, one sentence each: the answer is without them. */
  readonly problems: readonly string[];
}

/** Percent-encoded JSON, 6 KB at the most: of many sentences the first ones. */
export interface DownloadSaid {
  readonly from: string | null;
  readonly to: string | null;
  readonly notes: readonly string[];
  readonly problems: readonly string[];
  /** Of a list in which nothing is: which times the store has flows of, where a time was asked for. */
  readonly held: string | null;
}

/** GET|POST /query/cost: what the same words would have to read, by the catalog: nothing is read. */
export interface QueryCost {
  readonly files: number;
  readonly octets: number;
  /** Sealed flows in these files; null = not known. */
  readonly flows: number | null;
}

/** GET /window?from=&to=: what words of a time mean now. */
export interface Window {
  readonly from: string;
  readonly to: string;
  readonly seconds: number;
  /** Length of buckets that suits it: "5m", as in `time/5m`. */
  readonly bucket: string;
}

/** POST /filter: looks at a filter while it is typed. */
export interface FilterLook {
  readonly text: string;
  /** Offset of the cursor; left out = no completions. */
  readonly at?: number;
}

export interface FilterSeen {
  /** For colours; ordered, apart. */
  readonly tokens: readonly { readonly from: number; readonly to: number; readonly kind: FilterTokenKind }[];
  /** null = it can be asked. */
  readonly fault: {
    readonly from: number;
    readonly to: number;
    readonly message: string;
    readonly suggestion: string | null;
  } | null;
  readonly completions: {
    readonly from: number;
    readonly to: number;
    readonly options: readonly { readonly text: string; readonly kind: string; readonly about: string }[];
    readonly expected: readonly string[];
  } | null;
}

export const FILTER_TOKEN_KINDS = [
  "word",
  "field",
  "operator",
  "number",
  "address",
  "text",
  "name",
  "comment",
  "sign",
] as const;
export type FilterTokenKind = (typeof FILTER_TOKEN_KINDS)[number];

/** GET /status: the first thing the page asks. */
export interface Status {
  readonly version: string;
  /** Now, as the server has it. */
  readonly time: string;
  /** IANA name of the server's zone. */
  readonly zone: string;
  /** Who asks: null where nobody needs to log in. */
  readonly user: { readonly name: string; readonly role: Role } | null;
  readonly loginNeeded: boolean;
  /** To be sent as `X-CSRF-Token` with everything that changes something; null where there are no users. */
  readonly csrf: string | null;
  readonly store: StoreStatus;
  readonly collecting: CollectingStatus;
  /** True where the store holds the bundled capture, moved to now. */
  readonly demo: boolean;
  /** What a person should know: a full disk, a damaged file, no engine. One sentence each. */
  readonly problems: readonly string[];
}

export type Role = "viewer" | "admin";

export interface StoreStatus {
  readonly folder: string;
  /** "ready", "empty", "missing" (no such folder), "unreadable", "noEngine". */
  readonly state: "ready" | "empty" | "missing" | "unreadable" | "noEngine";
  readonly flows: number | null;
  readonly octets: number;
  readonly oldest: string | null;
  readonly newest: string | null;
}

export interface CollectingStatus {
  /** "udp://0.0.0.0:2055"; none where serve only shows. */
  readonly listening: readonly string[];
  readonly running: boolean;
  /** Why not; null where it runs or was not asked for. */
  readonly problem: string | null;
  readonly exporters: number;
  readonly records: number;
  /** Records, messages and datagrams known to be missing, by every named reason. */
  readonly lost: number;
}

/** GET /fields: what can be grouped by, filtered and measured. */
export interface Words {
  readonly fields: readonly {
    readonly name: string;
    readonly title: string;
    readonly about: string;
    /** "address" can have a prefix length in `by`. */
    readonly kind: string;
  }[];
  readonly measures: readonly { readonly name: string; readonly title: string; readonly unit: string | null }[];
}

/**
 * GET /live?group=&by=&sort=&reverse=&filter=&rows=&names=: server-sent events, one `view` a second. Data is what `top --json` prints
 * (docs/top.md), with `link` and `sparks`. An event `problem` ({"message"}) says that there is no picture now.
 */
export interface LiveView {
  readonly time: string;
  readonly since: string;
  readonly totals: { readonly packets: number; readonly bytes: number; readonly flows: number };
  readonly liveFlows: number;
  readonly rate: LiveRate;
  readonly rate10: LiveRate;
  readonly rate40: LiveRate;
  readonly peak: LiveRate;
  readonly lost: readonly { readonly reason: string; readonly count: number; readonly unit: string }[];
  readonly sort: string;
  readonly reverse: boolean;
  readonly matching: number;
  readonly rowCount: number;
  readonly rows: readonly LiveRow[];
  readonly notes: readonly string[];
  /** Octets of the whole link second by second, oldest first, at most 15 minutes. */
  readonly link: readonly number[];
  /** Of each row, octets in each of the last 60 seconds. */
  readonly sparks: readonly (readonly number[])[];
}

export interface LiveRate {
  readonly bytes: number;
  readonly packets: number;
}

export interface LiveRow {
  readonly key: Readonly<Record<string, string | number>>;
  /** By field, where there is one. */
  readonly names: Readonly<Record<string, string>>;
  readonly state: string;
  readonly stateText: string | null;
  readonly age: number;
  readonly idle: number;
  readonly flows: number;
  readonly packets: number;
  readonly bytes: number;
  readonly reversePackets: number;
  readonly reverseBytes: number;
  readonly rate: LiveRate;
  readonly rate10: LiveRate;
  readonly rate40: LiveRate;
  readonly peak: LiveRate;
  readonly share: number;
}

export const LIVE_GROUPS = ["flows", "hosts", "pairs", "ports", "protocols", "exporters", "by"] as const;
export type LiveGroup = (typeof LIVE_GROUPS)[number];

/** GET /live/links: the pairs of hosts of the last 15 minutes, for the graph of links. */
export interface LiveLinks {
  readonly time: string;
  readonly hosts: readonly { readonly address: string; readonly name: string | null; readonly bytes: number }[];
  readonly links: readonly {
    readonly from: string;
    readonly to: string;
    readonly bytes: number;
    readonly packets: number;
  }[];
}

/** GET /exporters: where every record went since collecting began (`collect`), and what is wrong with whom (`doctor`). */
export interface Exporters {
  readonly time: string;
  /** null = nothing is collected. */
  readonly now: {
    /** Seconds since collecting began. */
    readonly seconds: number;
    readonly messages: number;
    readonly records: number;
    readonly lostRecords: number;
    readonly kernelDrops: number | null;
    /** Messages that belong to no exporter, by reason. */
    readonly unbooked: Readonly<Record<string, number>>;
    readonly exporters: readonly ExporterState[];
    readonly findings: readonly Finding[];
    readonly notes: readonly string[];
    readonly problems: readonly string[];
  } | null;
  /** Where every record of the whole store went: what `explain --json` prints; null where there is none. */
  readonly store: Explained | null;
}

/** One exporter, observation domain and format. */
export interface ExporterState {
  readonly exporter: string;
  readonly alias: string | null;
  readonly domain: number;
  readonly format: string;
  /** What it may be, by its templates. */
  readonly device: string | null;
  readonly messages: number;
  readonly bytes: number;
  readonly records: number;
  readonly optionsRecords: number;
  readonly counterSamples: number;
  readonly lostRecords: number;
  readonly lostMessages: number;
  /** 0 to 1. */
  readonly lostShare: number;
  readonly outOfOrder: number;
  readonly restarts: number;
  readonly noTemplate: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
  readonly remarks: Readonly<Record<string, number>>;
  /** One of so many; null = not known. */
  readonly samplingRate: number | null;
  readonly samplingSource: string | null;
  /** Seconds by which its clock is ahead of the collector's. */
  readonly clockOffset: number;
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  readonly recordsPerSecond: number;
  readonly templates: readonly {
    readonly id: number;
    readonly port: number;
    /** 0 = of data, more = an options template. */
    readonly scopes: number;
    readonly sent: number;
    readonly refreshSeconds: number | null;
    readonly fields: readonly { readonly name: string; readonly length: number }[];
  }[];
}

export interface Finding {
  readonly level: string;
  readonly code: string;
  readonly exporter: string | null;
  readonly domain: number | null;
  readonly format: string | null;
  readonly sentence: string;
  /** What to change, line by line. */
  readonly advice: readonly string[];
}

/** docs/store.md has the members. */
export type Explained = Readonly<Record<string, unknown>>;

/** GET /hosts/ADDRESS: what is known of one address besides what /query tells of its flows. */
export interface HostFacts {
  readonly address: string;
  /** From a hosts file, from DNS in the traffic, from reverse DNS. */
  readonly names: readonly { readonly name: string; readonly source: "hosts" | "traffic" | "dns" }[];
  readonly country: string | null;
  readonly city: string | null;
  readonly as: { readonly number: number; readonly name: string } | null;
  /** null = no networks were declared local. */
  readonly local: boolean | null;
}

/**
 * GET /reports. GET /reports/ID/answer?from=&to=&format= asks one (a QueryAnswer, or a download), GET /reports/ID/print?from=&to= is a page
 * to be printed. POST /reports (a ReportDraft, gives the Report), PUT /reports/ID, DELETE /reports/ID: admins. GET /reports/ID/files,
 * GET|DELETE /reports/ID/files/NAME: what its schedule wrote.
 */
export interface Reports {
  readonly reports: readonly Report[];
  /** Schedules can mail: serve was given a mail server. */
  readonly mail: boolean;
}

export interface ReportDraft {
  readonly title: string;
  readonly about: string;
  /** As asked, with a time in words; `time/auto` in `by` is a bucket that suits the time. */
  readonly words: QueryWords;
  /** How it is drawn at first. */
  readonly chart: ChartKind;
  /** Query string of /explore that shows the same; null = there is none. */
  readonly view: string | null;
  readonly schedule: ScheduleDraft | null;
}

/** Ready-made ones cannot be changed. */
export interface Report extends ReportDraft {
  readonly id: string;
  /** What it stands with in a list: "Addresses", "Saved". */
  readonly group: string;
  readonly readyMade: boolean;
  readonly schedule: Schedule | null;
}

export const CHART_KINDS = ["stacked", "lines", "sides", "sankey", "heat", "bars", "none"] as const;
export type ChartKind = (typeof CHART_KINDS)[number];

export interface ScheduleDraft {
  /** Five fields of cron, in the server's zone. */
  readonly cron: string;
  /** Mail addresses; none = only a file in the reports folder. */
  readonly mailTo: readonly string[];
}

export interface Schedule extends ScheduleDraft {
  readonly nextRun: string | null;
  readonly lastRun: string | null;
  /** Why the last run made no report, or did not mail it; null = all went well. */
  readonly lastProblem: string | null;
  /** Times at which serve did not run: one sentence. */
  readonly missed: string | null;
}

/** GET /reports/ID/files: the newest first. */
export interface ReportFile {
  readonly name: string;
  readonly time: string;
  readonly octets: number;
}

/** GET /filters, PUT /filters/NAME (a FilterDraft), DELETE /filters/NAME?shared=: named filters, `$name` in every filter. */
export interface SavedFilter extends FilterDraft {
  readonly name: string;
}

export interface FilterDraft {
  readonly text: string;
  readonly about: string;
  /** Saved for everybody (admins), or by and for one user, who then does not see the shared one of that name. */
  readonly shared: boolean;
}

/** POST /login: gives Status, and the cookie. POST /logout. */
export interface Login {
  readonly name: string;
  readonly password: string;
}
