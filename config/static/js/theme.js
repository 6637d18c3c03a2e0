// Runs before the first paint, so a chosen theme never flashes. The choice is the only thing kept in the browser.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be switched off; the theme then follows the system.
}
