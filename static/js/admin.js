// Small comforts of the administration's forms; every form works without them.

// A role works at certain kinds of place: the others cannot be chosen.
const role = document.getElementById("role");
const place = document.getElementById("place");
if (role && place) {
  const fit = () => {
    for (const option of place.options) {
      const suits = !role.value || !option.value || option.dataset.roles.split(" ").includes(role.value);
      option.disabled = !suits && !option.selected;
      option.hidden = option.disabled;
    }
    for (const group of place.querySelectorAll("optgroup")) {
      group.hidden = [...group.children].every((option) => option.hidden);
    }
  };
  role.addEventListener("change", fit);
  fit();
}

// One box ticks all the others.
for (const head of document.querySelectorAll("[data-tick-all]")) {
  const boxes = [...head.closest("table").querySelectorAll("tbody input[type=checkbox]")];
  const all = document.createElement("input");
  all.type = "checkbox";
  all.setAttribute("aria-label", "全选");
  const look = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; });
  for (const box of boxes) box.addEventListener("change", look);
  head.append(all);
  look();
}
