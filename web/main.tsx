// The page begins here.
import { render } from "preact";
import { Frame } from "./frame/frame.tsx";

render(<Frame />, document.getElementById("page")!);
