// Sets the chosen theme before the first paint. It stands alone because the strict content policy forbids inline scripts.
(function () {
  try {
    var theme = localStorage.getItem("millwright.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage can be switched off; the system's theme holds then.
  }
})();
