// Light and dark: the system's choice until the reader makes one. theme.js applies it before the first paint.

import { find } from "./dom.ts";

const KEY = "ccf-edge-theme";

export function themeButton(): void {
  const button = find<HTMLButtonElement>("button.theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const current = () => document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light");
  const label = () => {
    button.textContent = current() === "dark" ? "Light" : "Dark";
    button.setAttribute("aria-label", `Switch to the ${current() === "dark" ? "light" : "dark"} theme`);
  };
  button.addEventListener("click", () => {
    const theme = current() === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // Storage may be forbidden; the choice holds for this visit.
    }
    label();
  });
  system.addEventListener("change", label);
  label();
}
