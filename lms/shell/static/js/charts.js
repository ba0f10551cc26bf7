// The colours and type of the page, for a chart. Read them again on the document's "themechange" event.
export function chartColours() {
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(name).trim();
  return {
    series: [1, 2, 3, 4, 5].map((n) => token(`--series-${n}`)),
    ink: token("--ink"), muted: token("--ink-muted"), line: token("--line"), surface: token("--surface"),
    danger: token("--danger"), warning: token("--warning"), success: token("--success"), font: token("--font"),
  };
}
