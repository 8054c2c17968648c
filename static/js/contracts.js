// Tables to fill in: one more row at a time. Everything works without it, by saving.

for (const table of document.querySelectorAll("[data-lines]")) {
  const hint = document.querySelector("[data-add-line]");
  if (!hint) continue;
  const body = table.tBodies[0];
  const add = document.createElement("button");
  add.type = "button";
  add.textContent = "增加一行";
  add.addEventListener("click", () => {
    const number = body.rows.length;
    const row = body.rows[number - 1].cloneNode(true);
    for (const field of row.querySelectorAll("input, select, textarea")) {
      field.name = field.name.replace(/^lines-\d+-/, `lines-${number}-`);
      field.id = field.name;
      const label = field.getAttribute("aria-label");
      if (label) field.setAttribute("aria-label", label.replace(/^\S+/, `第${number + 1}行`));
      field.removeAttribute("aria-invalid");
      if (field.type === "checkbox") field.checked = false;
      else field.value = "";
    }
    for (const error of row.querySelectorAll(".error")) error.remove();
    for (const cell of row.querySelectorAll(".wrong")) cell.classList.remove("wrong");
    row.cells[0].firstChild.textContent = `第${number + 1}行`;
    body.append(row);
    const first = row.querySelector("input:not([type=hidden]), select, textarea");
    if (first) first.focus();
  });
  hint.textContent = "整行清空即删除；空行不保存。";
  hint.before(add);
}
