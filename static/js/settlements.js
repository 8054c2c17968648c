// A draft's statement follows what is typed: asked for again half a second after the last key.
const form = document.querySelector("#settlement-form");
const shown = document.querySelector("#statement");
const said = document.querySelector("[data-live]");
let timer = 0;
let asked = 0;

async function ask() {
  const mine = (asked += 1);
  said.textContent = "正在计算……";
  try {
    const answer = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form) });
    if (mine !== asked) return;
    if (!answer.ok) throw new Error(String(answer.status));
    const { html } = await answer.json();
    const page = new DOMParser().parseFromString(html, "text/html");
    shown.replaceChildren(...page.body.childNodes);
    said.textContent = "已按填写的内容计算，尚未保存";
  } catch {
    if (mine === asked) said.textContent = "暂时无法计算，请稍后点“重新计算”";
  }
}

if (form) {
  form.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, 500);
  });
}
