// Runs before the first paint, so that a page that was set to dark does not flash in light.
try {
  const theme = localStorage.getItem("ccf-edge-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; the system's choice holds then.
}
