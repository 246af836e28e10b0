// Asks the server for reports and saved filters.
import type {
  FilterDraft,
  QueryAnswer,
  Report,
  ReportDraft,
  ReportFile,
  Reports,
  SavedFilter,
} from "../../src/serve/api.ts";
import { ask } from "../frame/api-client.ts";
import { address } from "../frame/place.ts";

export interface AskedTime {
  /** "" = the report's own. */
  readonly from: string;
  readonly to: string;
}

export function askReports(signal: AbortSignal): Promise<Reports> {
  return ask<Reports>("/reports", { signal });
}

export function askReport(id: string, signal: AbortSignal): Promise<Report> {
  return ask<Report>(pathOf(id), { signal });
}

export function askReportAnswer(id: string, time: AskedTime, signal: AbortSignal): Promise<QueryAnswer> {
  return ask<QueryAnswer>(address(`${pathOf(id)}/answer`, { ...time }), { signal });
}

/** `id` null: a new one. */
export function saveReport(id: string | null, draft: ReportDraft): Promise<Report> {
  const body = JSON.stringify(draft);
  return id === null ? ask("/reports", { method: "POST", body }) : ask(pathOf(id), { method: "PUT", body });
}

export function deleteReport(id: string): Promise<unknown> {
  return ask(pathOf(id), { method: "DELETE" });
}

/** Writes and mails it as its schedule does. */
export function runReport(id: string): Promise<Report> {
  return ask(`${pathOf(id)}/run`, { method: "POST", body: "{}" });
}

export function askFiles(id: string, signal: AbortSignal): Promise<readonly ReportFile[]> {
  return ask(`${pathOf(id)}/files`, { signal });
}

/** Where it is as a page to be printed, or as a download. */
export function printAddress(id: string, time: AskedTime): string {
  return address(`/api/v1${pathOf(id)}/print`, { ...time });
}

export function reportDownload(id: string, time: AskedTime, format: string): string {
  return address(`/api/v1${pathOf(id)}/answer`, { ...time, format });
}

export function fileAddress(id: string, name: string): string {
  return `/api/v1${pathOf(id)}/files/${encodeURIComponent(name)}`;
}

function pathOf(id: string): string {
  return `/reports/${encodeURIComponent(id)}`;
}

export function askFilters(signal: AbortSignal): Promise<readonly SavedFilter[]> {
  return ask("/filters", { signal });
}

/** Gives all that there are now. */
export function saveFilter(name: string, draft: FilterDraft): Promise<readonly SavedFilter[]> {
  return ask(`/filters/${encodeURIComponent(name)}`, { method: "PUT", body: JSON.stringify(draft) });
}

export function deleteFilter({ name, shared }: SavedFilter): Promise<readonly SavedFilter[]> {
  return ask(address(`/filters/${encodeURIComponent(name)}`, { shared: String(shared) }), { method: "DELETE" });
}
