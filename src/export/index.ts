// The door of export/: FlowBatch -> collectors.
export { Exporter } from "./exporter.ts";
export { LiveExporter } from "./live-exporter.ts";
export { EXPORT_DEFAULTS, type ExporterOptions, exportOptions, LEAST_MTU, MOST_MTU } from "./options.ts";
