// Background work: the bar moves by itself; when the work is over the page is loaded once more.
const panel = document.querySelector("[data-job]");

async function look() {
  try {
    const answer = await fetch(panel.dataset.job, { headers: { Accept: "application/json" } });
    if (answer.ok) {
      const job = await answer.json();
      if (job.over) { window.location.reload(); return; }
      panel.querySelector("[data-state]").textContent = job.label;
      panel.querySelector("[data-words]").textContent = job.words;
      const bar = panel.querySelector("[data-bar]");
      bar.max = job.total || 1;
      bar.value = job.done;
    }
  } catch { /* offline for a moment: the next look tells */ }
  window.setTimeout(look, 2000);
}
if (panel) window.setTimeout(look, 1000);
