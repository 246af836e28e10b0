// The screens of the page and where they are. Each is loaded when it is first looked at.
import type { ComponentType } from "preact";

export interface Screen {
  readonly path: string;
  readonly title: string;
  /** Its place in the navigation; null = reached from other screens. */
  readonly inMenu: boolean;
  readonly load: () => Promise<ComponentType>;
}

export const SCREENS: readonly Screen[] = [
  {
    path: "/explore",
    title: "Explore",
    inMenu: true,
    load: async () => (await import("../explore/explore.tsx")).Explore,
  },
  {
    path: "/flows",
    title: "Flows",
    inMenu: true,
    load: async () => (await import("../flows/flows.tsx")).Flows,
  },
  {
    path: "/live",
    title: "Live",
    inMenu: true,
    load: async () => (await import("../live/live.tsx")).Live,
  },
  {
    path: "/host",
    title: "Hosts",
    inMenu: true,
    load: async () => (await import("../host/host.tsx")).Host,
  },
  {
    path: "/exporters",
    title: "Exporters",
    inMenu: true,
    load: async () => (await import("../exporters/exporters.tsx")).Exporters,
  },
  {
    path: "/reports",
    title: "Reports",
    inMenu: true,
    load: async () => (await import("../reports/reports.tsx")).Reports,
  },
  {
    path: "/filters",
    title: "Saved filters",
    inMenu: false,
    load: async () => (await import("../reports/filters.tsx")).Filters,
  },
];

export const FIRST_SCREEN = SCREENS[0]!;

/** The screen of a path; null = there is none. "/host/192.0.2.1" is of "/host". */
export function screenOf(path: string): Screen | null {
  if (path === "/" || path === "") return FIRST_SCREEN;
  return SCREENS.find((screen) => path === screen.path || path.startsWith(`${screen.path}/`)) ?? null;
}
