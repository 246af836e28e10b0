// Reports: the list of ready-made and saved ones, or one of them.
import { place } from "../frame/place.ts";
import { ReportList } from "./report-list.tsx";
import { ReportView } from "./report-view.tsx";

export function Reports() {
  const { path, query } = place.value;
  const id = path.split("/")[2] ?? "";
  if (id === "") return <ReportList />;
  return <ReportView key={id} id={id} from={query.get("from") ?? ""} to={query.get("to") ?? ""} />;
}
