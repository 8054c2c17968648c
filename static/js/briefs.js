// A figure is put where the cursor stands in the text; without this it is typed by hand.
let last = null;
document.addEventListener("focusin", (event) => {
  if (event.target.matches(".editor-form textarea[name^='words.']")) last = event.target;
});
document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-insert]");
  if (!chip) return;
  const target = last || document.querySelector(".editor-form textarea[name^='words.']");
  if (!target) return;
  target.setRangeText(chip.dataset.insert, target.selectionStart, target.selectionEnd, "end");
  target.focus();
});
