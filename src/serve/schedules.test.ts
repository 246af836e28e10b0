// Schedules: due times, files, mail that fails, runs that would meet, times that were missed.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ReportDraft } from "./api.ts";
import { cronOf, missedTimes } from "./cron-times.ts";
import type { Questions } from "./parts.ts";
import { ServeError } from "./problems.ts";
import { ReportFiles } from "./report-files.ts";
import { type Mailer, mailServerOf, type ReportMail } from "./report-mail.ts";
import { SavedReports } from "./saved-reports.ts";
import { Schedules } from "./schedules.ts";

const NOW = new Date("2026-11-20T05:59:30Z");
const EMPTY = JSON.stringify({ tables: [], command: "flowgauge query", took: {}, next: null, problems: [] });
const DRAFT: ReportDraft = {
  title: "Daily",
  about: "",
  words: { from: "24h", by: ["proto"] },
  chart: "bars",
  view: null,
  schedule: { cron: "0 6 * * *", mailTo: ["ada@example.org"] },
};

let folder = "";
let said: string[] = [];
let mails: ReportMail[] = [];
let mailFault: string | null = null;
let askFault: ServeError | null = null;
/** Answers wait for it. */
let gate: Promise<void> = Promise.resolve();
let asked = 0;

const questions: Questions = {
  engineProblem: null,
  async ask() {
    asked++;
    await gate;
    if (askFault !== null) throw askFault;
    const octets = Buffer.from(EMPTY);
    return { octets: octets.length, read: () => octets, release: () => {}, said: null };
  },
};
const mailer: Mailer = {
  async send(mail) {
    if (mailFault !== null) throw new Error(mailFault);
    mails.push(mail);
  },
};

function parts(own: { readonly mailer: Mailer | null } = { mailer }) {
  const reports = new SavedReports(folder, () => {});
  const files = new ReportFiles(folder);
  const schedules = new Schedules({ reports, files, say: (sentence) => said.push(sentence), retryMs: 60_000, ...own });
  return { reports, files, schedules };
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
  vi.stubEnv("TZ", "UTC");
  folder = mkdtempSync(join(tmpdir(), "flowgauge-schedules-"));
  [said, mails, mailFault, askFault, asked, gate] = [[], [], null, null, 0, Promise.resolve()];
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

/** Lets a time pass, and what was begun meanwhile be done: some of it waits for files, and for nothing that a clock moves. */
async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe("a schedule", () => {
  test("runs at its time, each day: a file and a mail", async () => {
    const { reports, files, schedules } = parts();
    const { id } = reports.add(DRAFT);
    schedules.start(questions);
    await pass(29_000);
    expect(mails).toEqual([]);
    await pass(1000);
    await vi.waitFor(() => expect(mails).toHaveLength(1));
    expect(mails[0]).toMatchObject({ to: ["ada@example.org"], title: "Daily" });
    expect(mails[0]?.html).toMatch(/^<!doctype html>[\s\S]*<h1>Daily<\/h1>/);
    expect(mails[0]?.text).toMatch(/^Daily\n/);
    expect(files.list(id).map(({ time }) => time)).toEqual(["2026-11-20T06:00:00Z"]);
    expect(reports.find(id).schedule).toMatchObject({
      lastRun: "2026-11-20T06:00:00.000Z",
      lastProblem: null,
      nextRun: "2026-11-21T06:00:00.000Z",
    });
    await pass(86_400_000);
    await vi.waitFor(() => expect(files.list(id)).toHaveLength(2));
    schedules.close();
    await pass(86_400_000);
    expect(files.list(id)).toHaveLength(2);
  });

  test("mail that fails is tried once more, without asking again; then the report says so", async () => {
    const { reports, files, schedules } = parts();
    const { id } = reports.add(DRAFT);
    schedules.start(questions);
    mailFault = "mail.example:25: 451 later";
    await pass(30_000);
    await vi.waitFor(() => expect(said).toHaveLength(1));
    expect(reports.find(id).schedule?.lastProblem).toBe("mail.example:25: 451 later; it is tried once more");
    await pass(60_000);
    await vi.waitFor(() => expect(said).toHaveLength(2));
    expect(reports.find(id).schedule?.lastProblem).toBe("mail.example:25: 451 later");
    await pass(600_000);
    expect({ said: said.length, asked, files: files.list(id).length }).toEqual({ said: 2, asked: 1, files: 1 });
    schedules.close();
  });

  test("a busy engine is asked once more", async () => {
    const { reports, files, schedules } = parts();
    const { id } = reports.add(DRAFT);
    schedules.start(questions);
    askFault = new ServeError(503, "busy", "expected a place in the queue, found none");
    await pass(30_000);
    await vi.waitFor(() => expect(said).toHaveLength(1));
    askFault = null;
    await pass(60_000);
    await vi.waitFor(() => expect(mails).toHaveLength(1));
    expect(reports.find(id).schedule?.lastProblem).toBeNull();
    expect(files.list(id)).toHaveLength(1);
    schedules.close();
  });

  test("without a mail server it writes its file and says what is missing", async () => {
    const { reports, files, schedules } = parts({ mailer: null });
    const { id } = reports.add(DRAFT);
    schedules.start(questions);
    await pass(30_000);
    await vi.waitFor(() => expect(files.list(id)).toHaveLength(1));
    await vi.waitFor(() =>
      expect(reports.find(id).schedule?.lastProblem).toMatch(/^it is not mailed, .*--mail-server/),
    );
    schedules.close();
  });

  test("a time at which the run before has not ended is left out, and told", async () => {
    const { reports, files, schedules } = parts();
    const { id } = reports.add({ ...DRAFT, schedule: { cron: "* * * * *", mailTo: [] } });
    schedules.start(questions);
    let open = () => {};
    gate = new Promise((resolve) => {
      open = resolve;
    });
    await pass(30_000);
    await pass(60_000);
    expect(reports.find(id).schedule?.missed).toMatch(/^at 2026-11-20T06:01:00\.\d+Z it was left out/);
    open();
    await vi.waitFor(() => expect(files.list(id)).toHaveLength(1));
    expect(reports.find(id).schedule?.missed).toMatch(/left out/);
    schedules.close();
  });

  test("one that is deleted or changed is due no more as it was", async () => {
    const { reports, files, schedules } = parts();
    const { id } = reports.add(DRAFT);
    const gone = reports.add({ ...DRAFT, title: "gone" });
    schedules.start(questions);
    reports.change(id, { ...DRAFT, schedule: { cron: "5 6 * * *", mailTo: [] } });
    schedules.changed(id);
    reports.remove(gone.id);
    schedules.changed(gone.id);
    await pass(60_000);
    expect({ asked, files: files.list(id).length }).toEqual({ asked: 0, files: 0 });
    await pass(270_000);
    await vi.waitFor(() => expect(files.list(id)).toHaveLength(1));
    expect(asked).toBe(1);
    schedules.close();
  });
});

test("times that were missed: in the server's zone, over a change of its clock, up to a thousand", () => {
  vi.stubEnv("TZ", "Europe/Berlin");
  const days = missedTimes("30 2 * * *", new Date("2026-10-23T12:00Z"), new Date("2026-10-27T12:00Z"));
  expect(days).toEqual({ times: 4, first: new Date("2026-10-24T00:30Z") });
  expect(missedTimes("0 6 * * *", new Date("2026-11-20T04:00Z"), NOW)).toEqual({
    times: 1,
    first: new Date("2026-11-20T05:00Z"),
  });
  expect(missedTimes("* * * * *", new Date(0), NOW)?.times).toBe(1000);
  vi.stubEnv("TZ", "UTC");
  expect(missedTimes("0 6 * * *", NOW, new Date("2026-11-20T06:00:00Z"))).toBeNull();
});

test("schedules: five fields and nothing else", () => {
  for (const good of ["0 6 * * 1", " */5 * * * * ", "0 6 1 JAN MON"]) expect(cronOf(good).nextRun()).not.toBeNull();
  for (const wrong of [
    "",
    "@daily",
    "* * * *",
    "* * * * * *",
    "61 * * * *",
    "0 0 31 2 *",
    "x".repeat(300),
    "0 6 * * 1; rm",
  ])
    expect(() => cronOf(wrong), wrong).toThrow(/^cron: expected five fields/);
});

test("of each report so many files are kept, the newest", () => {
  const { files } = parts();
  const times = [...Array(33).keys()].map((day) => new Date(Date.UTC(2026, 0, 1 + day, 6)));
  for (const time of times) files.write("daily", time, String(time));
  expect(readdirSync(join(folder, "reports", "daily"))).toHaveLength(30);
  expect(files.list("daily")[0]?.name).toBe("20260202T060000Z.html");
  expect(files.list("daily").at(-1)?.name).toBe("20260104T060000Z.html");
  writeFileSync(join(folder, "secret.html"), "secret");
  for (const name of ["../../secret.html", "x.html", "20260104T060000Z.html/..", "20250104T060000Z.html"])
    expect(() => files.read("daily", name), name).toThrow(ServeError);
  expect(() => files.list("../daily")).toThrow(ServeError);
});

test("mail servers: what may be said of one", () => {
  expect(mailServerOf("smtp://mail.example.org", undefined, undefined)).toEqual({
    host: "mail.example.org",
    port: 25,
    tls: false,
    user: null,
    password: null,
    from: "flowgauge@mail.example.org",
  });
  const own = mailServerOf("smtps://ada%40example.org@[::1]:4650/", "flows@example.org", "secret");
  expect(own).toEqual({
    host: "::1",
    port: 4650,
    tls: true,
    user: "ada@example.org",
    password: "secret",
    from: "flows@example.org",
  });
  expect(mailServerOf("smtp://127.0.0.1", undefined, undefined).from).toBe("flowgauge@localhost");
  for (const wrong of ["mail.example.org", "http://mail", "smtp://", "smtp://h?x=1", "smtp://h/path", "smtp://h:99999"])
    expect(() => mailServerOf(wrong, undefined, undefined), wrong).toThrow(/^--mail-server: expected smtp:/);
  expect(() => mailServerOf("smtp://ada:secret@h", undefined, undefined)).toThrow(/FLOWGAUGE_MAIL_PASSWORD/);
  expect(() => mailServerOf("smtp://h", "a@b\r\nBcc: c@d", undefined)).toThrow(/^--mail-from: expected an address/);
});
