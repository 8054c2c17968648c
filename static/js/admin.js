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

// One box ticks all the others; quick links tick a batch or a city without leaving the page.
for (const head of document.querySelectorAll("[data-tick-all]")) {
  const boxes = [...head.closest("table").querySelectorAll("tbody input[type=checkbox]")];
  const quick = [...document.querySelectorAll("[data-tick]")];
  const said = document.querySelector("[data-ticked]");
  const all = document.createElement("input");
  all.type = "checkbox";
  all.setAttribute("aria-label", "全选");
  const group = (link) => boxes.filter((box) => box.dataset[link.dataset.tick] === link.dataset.value);
  const look = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
    for (const link of quick) {
      link.setAttribute("aria-pressed", String(group(link).every((box) => box.checked)));
    }
    if (said) said.textContent = `，已勾选 ${ticked} 个`;
  };
  const tick = (some, on) => {
    for (const box of some) box.checked = on;
    look();
  };
  all.addEventListener("change", () => tick(boxes, all.checked));
  for (const box of boxes) box.addEventListener("change", look);
  for (const link of quick) {
    link.setAttribute("role", "button");
    link.addEventListener("click", (event) => {
      event.preventDefault();
      tick(group(link), link.getAttribute("aria-pressed") !== "true");
    });
    link.addEventListener("keydown", (event) => {
      if (event.key === " ") { event.preventDefault(); link.click(); }
    });
  }
  head.append(all);
  look();
}
