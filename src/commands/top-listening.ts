// A collector's port as the live screen's source: NetFlow, IPFIX and sFlow as they come.
import type { CollectLedger } from "../core/collect-ledger.ts";
import { receivePlan } from "./collect-plan.ts";
import { openReceiving, type Receiving } from "./receiving.ts";
import { type FeedPlan, lostOf, type TopFeed } from "./top-feed.ts";

const TICK_MS = 200;

export async function listenToExporters(plan: FeedPlan): Promise<TopFeed> {
  let receiving: Receiving | null = null;
  const table = plan.table(
    { place: "arrival" },
    {
      names: plan.names,
      aliasOf: (exporter) => receiving?.view.aliasOf(exporter) ?? null,
      status: () => ({
        lost: receiving === null ? [] : lostByExporters(receiving.view.ledger),
        notes: receiving?.view.notes.slice(-1) ?? [],
        ended: false,
      }),
    },
  );
  receiving = await openReceiving(receivePlan(plan.sources, plan.tls), {
    collect: { sink: { write: (batch) => table.write(batch) } },
    templates: null,
    onNote: () => {},
    onProblem: () => {},
  });
  const open = receiving;
  const tick = setInterval(() => table.advance(Math.floor(Date.now() / 1000)), TICK_MS);
  const close = async () => {
    clearInterval(tick);
    await open.close();
    table.close();
  };
  plan.signal.addEventListener("abort", () => void close(), { once: true });
  const ended = open.ended.finally(() => clearInterval(tick));
  ended.catch(() => {});
  return { table, ended, whole: false, problems: () => open.view.problems, close };
}

function lostByExporters({ pages, kernelDrops, unbooked, forgotten }: CollectLedger) {
  const all = forgotten === null ? pages : [...pages, forgotten];
  const sum = (count: (page: (typeof all)[number]) => number) => all.reduce((total, page) => total + count(page), 0);
  return lostOf(
    ["lost before they came here", sum(({ lostRecords }) => lostRecords), "records"],
    ["datagrams dropped by the kernel", kernelDrops ?? 0, "packets"],
    ["dropped as we were too slow", unbooked.sinkBehind, "packets"],
    ["not decoded", sum(({ refused }) => Object.values(refused).reduce((a, b) => a + b, 0)), "packets"],
    ["waiting for templates", sum(({ noTemplate }) => noTemplate.waiting), "packets"],
  );
}
