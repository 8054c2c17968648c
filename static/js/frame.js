// Small comforts on every page; nothing here is needed to use it.

// On phones the navigation starts folded.
const menu = document.querySelector(".side-menu");
if (menu && window.matchMedia("(max-width: 1023px)").matches) menu.removeAttribute("open");

// One click is one act: a form that is on its way is not sent again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// A destructive button asks first, naming what it is about.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-confirm]");
  if (button && !window.confirm(button.dataset.confirm)) event.preventDefault();
});

// Filters apply at once.
for (const form of document.querySelectorAll("form.filters")) {
  form.addEventListener("change", () => form.requestSubmit ? form.requestSubmit() : form.submit());
}

// Demonstration accounts fill the form with a click.
for (const button of document.querySelectorAll("[data-username]")) {
  button.addEventListener("click", () => {
    document.getElementById("username").value = button.dataset.username;
    document.getElementById("password").value = button.dataset.password;
    document.getElementById("password").form.querySelector(".primary").focus();
  });
}

// The summary of problems is read first.
document.getElementById("problems")?.focus();

// Boxes in the top bar close when something else is clicked.
document.addEventListener("click", (event) => {
  for (const box of document.querySelectorAll("details.top-me[open]")) {
    if (!box.contains(event.target)) box.removeAttribute("open");
  }
});
