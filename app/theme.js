// The look that was chosen, if one was, before anything is drawn: it stands in both pages. Where a browser keeps nothing,
// it goes by the system.
try {
  const theme = localStorage.getItem("openline/choice/theme");
  if (theme) {
    document.documentElement.dataset.theme = theme;
    for (const bar of document.querySelectorAll("meta[name=theme-color]")) {
      bar.media = bar.media.includes(theme) ? "all" : "not all";
    }
  }
} catch {}
