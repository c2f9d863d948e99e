// It stands in each page and runs before anything is drawn, so that none flashes up in the other
// colours: light or dark is Telegram's choice, which comes behind the # of the first page.
window.paintAs = (theme) => {
  let colours = null;
  try {
    colours = JSON.parse(theme ?? sessionStorage.getItem("theme"));
    if (theme) sessionStorage.setItem("theme", theme);
  } catch { /* not Telegram's, or a frame that may keep nothing */ }
  const back = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colours?.bg_color ?? "");
  if (!back) return;
  const [red, green, blue] = back.slice(1).map((part) => parseInt(part, 16));
  document.documentElement.dataset.theme = 0.299 * red + 0.587 * green + 0.114 * blue < 128 ? "dark" : "light";
};
paintAs(new URLSearchParams(location.hash.slice(1)).get("tgWebAppThemeParams"));
