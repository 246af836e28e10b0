// The live screen as it is driven: keys -> questions to the table, words under the entry, what the command line would be.
import type { WriteStream } from "node:tty";
import { describe, expect, test } from "vitest";
import { sampleTopView } from "../../test/sample-top-view.ts";
import type { TopKey, TopQuestion, TopTable, TopView } from "../core/top-view.ts";
import { parseFilter } from "../query/index.ts";
import { topScreen } from "../report/index.ts";
import { plainText } from "../terminal/index.ts";
import { FilterLanguage } from "./filter-language.ts";
import { LineEntry } from "./line-entry.ts";
import { TopControl } from "./top-control.ts";
import { type TopSettings, topPlan } from "./top-plan.ts";
import { commandLine, filterOfRow } from "./top-words.ts";

const SETTINGS: TopSettings = { names: true, services: true, ended: true, units: "bits" };
const ROWS = 100;
const TERMINAL = { isTTY: true } as WriteStream;

/** A table of 100 rows that remembers what it was asked. */
class AskedTable implements TopTable {
  last: TopQuestion | null = null;
  history = [1000, 2000, 3000];
  rows = ROWS;

  view(question: TopQuestion): TopView {
    this.last = { ...question };
    const { group, from = 0, filter = "", sort, reverse = false, at } = question;
    const view = sampleTopView({ rows: this.rows, seed: 4, group });
    const rows = view.rows.slice(from, from + question.rows);
    const past = at === undefined ? null : { at };
    return {
      ...view,
      group,
      by: group === "by" ? (question.by ?? []) : view.by,
      sort,
      reverse,
      filter,
      from,
      rows,
      past,
      history: this.history,
      matching: this.rows,
      all: this.rows,
    };
  }

  expand(id: number) {
    return { id, lines: [{ title: "Number", text: String(id) }] };
  }
}

function driven(settings: Partial<TopSettings> = {}, language?: FilterLanguage) {
  const table = new AskedTable();
  const plan = topPlan({ ...SETTINGS, ...settings }, { isTTY: true }, TERMINAL);
  const control = new TopControl(table, plan, "", language);
  const paint = () => {
    let screen = topScreen(control.picture(80, 24));
    if (control.painted(screen.places)) screen = topScreen(control.picture(80, 24));
    return screen.lines.map(plainText);
  };
  paint();
  const press = (...keys: readonly string[]) => {
    const deeds = keys.map((key) => control.take({ kind: "key", key }));
    return { deed: deeds.at(-1), screen: paint() };
  };
  return { table, control, press, paint };
}

const chosen = (screen: readonly string[]) => screen.filter((line) => line.startsWith(">"));

describe("keys", () => {
  test("the cursor goes through all rows, the window follows it", () => {
    const { table, press } = driven();
    const rows = table.last!.rows;
    expect(rows).toBeGreaterThan(10);
    expect(chosen(press("j").screen)).toHaveLength(1);
    press(...Array<string>(rows - 1).fill("j"));
    expect(table.last!.from).toBe(0);
    press("j");
    expect(table.last!.from).toBe(1);
    expect(chosen(press("G").screen)).toHaveLength(1);
    expect(table.last!.from).toBe(ROWS - rows);
    press("g");
    expect(table.last!.from).toBe(0);
    press("pageDown", "pageDown");
    expect(table.last!.from).toBeGreaterThan(0);
  });

  test("details are of the row that one goes to", () => {
    const { press } = driven();
    expect(press("j", "enter").screen.some((line) => / Number 0 /.test(line))).toBe(true);
    const { screen } = press("j");
    expect(screen.some((line) => / Number 1 /.test(line))).toBe(true);
    expect(chosen(screen)).toHaveLength(1);
    expect(press("escape", "j").screen.some((line) => / Number /.test(line))).toBe(false);
  });

  test("fewer rows, and more until there are as many as there is room for, in whatever window", () => {
    const { table, control, press } = driven();
    const { rows } = table.last!;
    press("[", "[");
    expect(table.last!.rows).toBe(rows - 2);
    press("]", "]");
    const screen = topScreen(control.picture(80, 40));
    control.painted(screen.places);
    expect(table.last!.rows).toBeGreaterThan(rows);
  });

  test("what may be meant is said first, as there is little room", () => {
    const lines = driven().press("/", ..."dst prt 443").screen;
    const caret = lines.findIndex((line) => line.includes("^^^"));
    expect(lines[caret + 1]).toMatch(/^ "prt": did you mean "port"\?/);
  });

  test("fewer rows than were passed over: the last ones are shown", () => {
    const { table, press, control, paint } = driven();
    press("G");
    table.rows = 20;
    control.refresh();
    expect(paint().some((line) => line.includes("-20 of 20"))).toBe(true);
  });

  test("sorting goes through the columns that are shown", () => {
    const { table, press } = driven();
    press(">");
    expect(table.last!.sort).toBe("bytes");
    press("<", "<");
    expect(table.last!.sort).toBe("age");
    press("r");
    expect(table.last!.reverse).toBe(true);
  });

  test("a filter that is wrong is not asked for, a good one is", () => {
    const { table, press } = driven();
    press("/", ..."dst prt 443", "enter");
    expect(table.last!.filter).toBe("");
    const { screen } = press("^w", "^w", ..."port 443");
    expect(screen.join("\n")).toContain("filter: dst port 443");
    press("enter");
    expect(table.last!.filter).toBe("dst port 443");
    press("\\");
    expect(table.last!.filter).toBe("");
  });

  test("Tab completes as far as it is sure", () => {
    const { press } = driven();
    expect(press("/", ..."packe", "tab").screen.join("\n")).toContain("filter: packets");
  });

  test("frozen: nothing is asked at the interval, and other questions are of that time", () => {
    const { table, press, control } = driven();
    press(" ");
    table.last = null;
    control.refresh();
    expect(table.last).toBeNull();
    press("B");
    expect(table.last!.at).toBe(sampleTopView({ rows: 1, seed: 4 }).header.at);
    press(" ");
    expect(table.last!.at).toBeUndefined();
  });

  test("back and forth in time", () => {
    const { table, press } = driven();
    press("left", "left");
    expect(table.last!.at).toBe(2000);
    press("home");
    expect(table.last!.at).toBe(1000);
    expect(press("left").screen.join("\n")).toContain("no older picture");
    press("right", "right");
    expect(table.last!.at).toBe(3000);
    press("right");
    expect(table.last!.at).toBeUndefined();
  });

  test("views by digits; 9 is that of --by", () => {
    const { table, press } = driven({ by: "tos,proto" });
    expect(table.last).toMatchObject({ group: "by", by: ["tos", "proto"] });
    press("2");
    expect(table.last!.group).toBe("hosts");
    press("8");
    expect(table.last!.by).toEqual(["srcAs", "dstAs"]);
    press("9");
    expect(table.last!.by).toEqual(["tos", "proto"]);
  });

  test.each([
    ["q", "quit"],
    ["^c", "interrupt"],
    ["^z", "suspend"],
    ["^l", "repaint"],
  ])("%s: %s", (key, deed) => {
    expect(driven().press(key).deed).toBe(deed);
  });

  test("q is a letter in a filter", () => {
    expect(driven().press("/", "q").deed).toBeNull();
  });
});

describe("what filters refer to", () => {
  const named = new Map([["web", "port in [80, 443]"]]);

  /** A name server that answers when it is told to. */
  function asked() {
    const waiting = new Map<string, (addresses: readonly string[] | undefined) => void>();
    const names: string[] = [];
    const ask = (name: string) => {
      names.push(name);
      return new Promise<readonly string[] | undefined>((resolve) => waiting.set(name, resolve));
    };
    const language = new FilterLanguage({ local: "10.0.0.0/8" }, named, ask);
    const driver = driven({}, language);
    let later = 0;
    driver.control.onLater = () => later++;
    const tell = async (name: string, addresses?: readonly string[]) => {
      waiting.get(name)!(addresses);
      await new Promise(setImmediate);
    };
    return { ...driver, language, names, tell, later: () => later };
  }

  test("local networks and named filters are known in the line, and completed", () => {
    const { table, press } = asked();
    press("/", ..."src inside and $w", "tab");
    expect(press("enter").screen.join()).not.toContain("^");
    expect(table.last!.filter).toBe("src inside and $web");
    expect(press("y").screen.join("\n")).toContain("'src inside and $web' --local 10.0.0.0/8");
    const { screen } = driven().press("/", ..."src inside");
    expect(screen.join(" ")).toMatch(/\^{10}.*say\s+--local/);
  });

  test("names of hosts are looked up on Enter, not while they are typed, and nobody waits for them", async () => {
    const { table, press, paint, names, tell, later, language } = asked();
    const { screen } = press("/", ..."host www.example.org");
    expect(screen.join()).not.toContain("^");
    expect(names).toEqual([]);
    expect(press("enter").screen.join()).toContain("looking up www.example.org ...");
    expect(names).toEqual(["www.example.org"]);
    expect(table.last!.filter).toBe("");
    await tell("www.example.org", ["192.0.2.1"]);
    expect(later()).toBe(1);
    expect(table.last!.filter).toBe("host www.example.org");
    expect(language.options.resolve!("www.example.org")).toEqual(["192.0.2.1"]);
    // It is known now: no question the next time.
    press("/", ..." and tcp", "enter");
    expect(table.last!.filter).toBe("host www.example.org and tcp");
    expect(names).toHaveLength(1);
    expect(paint().join()).toContain("filter: host www.example.org and tcp");
  });

  test("a name that means nothing is marked; Enter asks again", async () => {
    const { table, press, paint, names, tell } = asked();
    press("/", ..."host no.example", "enter");
    await tell("no.example");
    expect(paint().join(" ")).toContain("which no host is called");
    expect(table.last!.filter).toBe("");
    press("enter");
    expect(names).toEqual(["no.example", "no.example"]);
    await tell("no.example", ["2001:db8::1"]);
    expect(table.last!.filter).toBe("host no.example");
  });

  test("a line that is changed or left while it waits is not taken", async () => {
    const { table, press, tell } = asked();
    press("/", ..."host www.example.org", "enter", "backspace");
    await tell("www.example.org", ["192.0.2.1"]);
    expect(table.last!.filter).toBe("");
    press("enter", "escape");
    await tell("www.example.or", ["192.0.2.2"]);
    expect(table.last!.filter).toBe("");
  });
});

describe("words", () => {
  test("the command line, quoted for a shell", () => {
    const question = {
      group: "hosts",
      sort: "bytes",
      rows: 10,
      reverse: true,
      filter: "port 'x'",
      names: false,
    } as const;
    expect(commandLine(["a b.pcap"], question, "packets")).toBe(
      `flowgauge top 'a b.pcap' 'port '\\''x'\\''' --by hosts --sort bytes --reverse --units packets --no-names`,
    );
    expect(commandLine(["iface:eth0"], { group: "flows", sort: "rate", rows: 5 }, "bits")).toBe(
      "flowgauge top iface:eth0",
    );
  });

  test("the filter of a network, and of what has two ends", () => {
    const row = sampleTopView({ rows: 1, seed: 9, group: "hosts" }).rows[0]!;
    const part = (field: TopKey["field"], value: string | number) => ({
      field,
      value,
      title: "",
      text: String(value),
      name: null,
    });
    const key = [part("addr/24", "192.0.2.0/24"), part("as", 64_500), part("mac", "00:11:22:33:44:55"), part("if", 3)];
    const filter = filterOfRow({ ...row, key })!;
    expect(filter).toBe("net 192.0.2.0/24 and as 64500 and mac 00:11:22:33:44:55 and if 3");
    expect(() => parseFilter(filter)).not.toThrow();
  });

  test.each(["hosts", "pairs", "ports", "protocols"] as const)("the filter of a row of %s is one", (group) => {
    const row = sampleTopView({ rows: 1, seed: 9, group }).rows[0]!;
    expect(filterOfRow(row)).toMatch(/^(ip|port|proto) /);
  });
});

describe("a line that is typed", () => {
  test("keys as shells have them; a paste is one line without controls", () => {
    const line = new LineEntry("ab日");
    line.key("left");
    line.key("x");
    expect(line.text).toBe("abx日");
    line.key("^a");
    line.insert("1\n2\u001b[A");
    expect(line.text).toBe("1 2\ufffd[Aabx日");
    line.key("^k");
    line.key("backspace");
    expect(line.text).toBe("1 2\ufffd[");
    expect(line.key("up")).toBe(false);
  });
});

describe("options", () => {
  const words = (settings: Partial<TopSettings>) => () =>
    topPlan({ ...SETTINGS, ...settings }, { isTTY: true }, TERMINAL);

  test("no terminal: text", () => {
    expect(topPlan(SETTINGS, { isTTY: false }, TERMINAL).mode).toBe("text");
    expect(topPlan(SETTINGS, { isTTY: true }, { isTTY: false } as WriteStream).mode).toBe("text");
    expect(words({ json: true })().mode).toBe("json");
  });

  test.each([
    [{ by: "srcadr" }, /--by: expected .*did you mean.*srcAddr/i],
    [{ by: "hots" }, /--by: expected flows, .*did you mean hosts/],
    [{ by: "srcAddr/99/200" }, /--by: expected prefix lengths/],
    [{ by: "time/5m" }, /--by: expected fields of addr/],
    [{ sort: "byte" }, /--sort: expected .*bytes/],
    [{ interval: "5ms" }, /--interval: expected a duration from 100ms to 1h, found "5ms"/],
    [{ json: true as const, csv: true as const }, /--json and --csv/],
    [{ rows: "0" }, /--rows/],
  ])("%j is refused", (settings, sentence) => {
    expect(words(settings)).toThrow(sentence);
  });
});
