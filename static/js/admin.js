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
