// Runs before the first paint, so that a chosen theme never flashes the other one.
// Classic script on purpose: modules wait for the document.
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem("theme");
  } catch {
    // Storage can be forbidden; then the system's preference decides.
  }
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
})();
