// Light or dark: as the system has it, or as the reader chose; kept in this browser.
import { effect, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";
const KEY = "flowgauge.theme";
const systemDark = matchMedia("(prefers-color-scheme: dark)");

export const theme = signal<Theme>(kept());
/** What is seen now: charts take their colours by it. */
export const dark = signal(false);
const fromSystem = signal(systemDark.matches);

systemDark.addEventListener("change", ({ matches }) => {
  fromSystem.value = matches;
});

effect(() => {
  const chosen = theme.value;
  dark.value = chosen === "system" ? fromSystem.value : chosen === "dark";
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
});

export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // A browser that keeps nothing: the choice lasts as long as the page.
  }
}

function kept(): Theme {
  try {
    const found = localStorage.getItem(KEY);
    return found === "light" || found === "dark" ? found : "system";
  } catch {
    return "system";
  }
}
