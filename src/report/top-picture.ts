// All that a screen of live traffic shows: the view, and how the person looks at it.
import type { TopDetails, TopSort, TopView } from "../core/top-view.ts";
import type { TopUnit } from "./top-words.ts";

/** A line that is being typed, and what is said under it. */
export interface TopEntry {
  /** "filter", "write to". */
  readonly label: string;
  readonly text: string;
  /** Characters before the cursor. */
  readonly cursor: number;
  /** What is wrong with it, and where. */
  readonly fault: { readonly from: number; readonly to: number; readonly sentence: string } | null;
  /** What is said where nothing is wrong: what may come next, how much matches. */
  readonly hint: string;
}

export interface TopPicture {
  readonly view: TopView;
  readonly width: number;
  readonly height: number;
  /** Nothing but ASCII. */
  readonly ascii: boolean;
  readonly unit: TopUnit;
  /** Id of the row with the cursor; null = none. */
  readonly selected: number | null;
  /** Shown under its row. */
  readonly details: TopDetails | null;
  readonly frozen: boolean;
  readonly intervalText: string;
  readonly entry: TopEntry | null;
  /** Sentences over the table (what was done, the command line); the next key takes them away. */
  readonly message: readonly string[];
  /** First line of the help that is shown; null = no help. */
  readonly help: number | null;
  /** Printed and not painted: no graph. */
  readonly batch?: true;
  /** Name of the view, where it has one of its own: "interfaces". */
  readonly viewName: string;
}

/** What lies where, for the mouse and for moving the cursor. */
export interface TopPlaces {
  /** Line of the titles; -1 = there are none. */
  readonly titles: number;
  /** Ids of rows by lines of the screen; null = no row. */
  readonly rows: readonly (number | null)[];
  /** Cells that each title takes, and what a click on it sorts by. */
  readonly sorts: readonly { readonly from: number; readonly to: number; readonly sort: TopSort }[];
  /** Rows that the screen has room for. */
  readonly room: number;
}
