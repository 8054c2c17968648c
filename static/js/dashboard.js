// A row is a large target for the link it holds; selecting text and real links work as ever.
for (const row of document.querySelectorAll("tr[data-href]")) {
  row.addEventListener("click", (event) => {
    if (event.target.closest("a, button") || String(window.getSelection())) return;
    if (event.metaKey || event.ctrlKey) window.open(row.dataset.href);
    else window.location.assign(row.dataset.href);
  });
}
