// The daily pages: drafts that save themselves, uploads with a bar, ticking several. Every page
// works without this.

const clock = () => new Date().toLocaleTimeString("zh-CN", {
  hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai",
});

const made = (tag, words = "", properties = {}) =>
  Object.assign(document.createElement(tag), { textContent: words }, properties);

// --- drafts -----------------------------------------------------------------------------------

const NAMES = ["percent", "started", "forecast", "actual", "unit", "notes", "reason"];
const WEEK = 7 * 24 * 3600 * 1000;

function keepDrafts(form) {
  const said = document.querySelector("[data-saved]");
  const { key, draft: address } = form.dataset;
  const fields = NAMES.map((name) => form.elements[name]).filter(Boolean);
  const typed = () => Object.fromEntries(fields.map((field) => [field.name, field.value]));
  const written = () => JSON.stringify(typed());
  let kept = "unsaved" in form.dataset ? "" : written();
  let timer = 0;
  let leaving = false;

  function say(words, tone = "") {
    said.textContent = words;
    said.dataset.tone = tone;
  }

  function body() {
    const data = new URLSearchParams(typed());
    for (const name of ["csrf_token", "version", "base"]) data.set(name, form.elements[name].value);
    return data;
  }

  function store() {
    try {
      const base = form.elements.base.value;
      localStorage.setItem(key, JSON.stringify({ time: Date.now(), base, fields: typed() }));
      return true;
    } catch {
      return false;
    }
  }

  function unstore() {
    try { localStorage.removeItem(key); } catch { /* nothing was kept */ }
  }

  async function save() {
    clearTimeout(timer);
    const now = written();
    if (leaving || now === kept) return;
    try {
      const response = await fetch(address, {
        method: "POST", body: body(), keepalive: true, headers: { Accept: "application/json" },
      });
      if (response.ok && (response.headers.get("Content-Type") || "").includes("json")) {
        kept = now;
        unstore();
        say(`已自动保存 ${(await response.json()).saved}`);
        return;
      }
      if (response.status === 401 || response.status === 400) {
        sayLocal("登录已过期，", "请在新窗口重新登录后回到本页继续。");
      } else {
        sayLocal("服务器暂时无法保存，", "稍后会自动重试。");
        timer = setTimeout(save, 15000);
      }
    } catch {
      sayLocal("网络已断开，", "恢复后会自动保存。");
      timer = setTimeout(save, 15000);
    }
  }

  function sayLocal(why, then) {
    say(store() ? `${why}填写内容已于${clock()}暂存在本机，${then}` : `${why}请先复制填写的内容。${then}`, "warn");
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, 2000);
  });
  form.addEventListener("focusout", save);
  form.addEventListener("submit", (event) => {
    // The address may be out of reach: the words stay here until a page of ours answers.
    if (!event.defaultPrevented && written() !== kept) store();
    leaving = true;
    clearTimeout(timer);
  });
  window.addEventListener("pagehide", save);
  window.addEventListener("pageshow", () => { leaving = false; });
  window.addEventListener("online", save);

  restore();

  function restore() {
    let local = null;
    try { local = JSON.parse(localStorage.getItem(key) || "null"); } catch { return; }
    if (!local || !local.fields) return;
    const age = Date.now() - local.time;
    const news = local.base === form.elements.base.value;
    if (!news || age > WEEK || NAMES.every((n) => !form.elements[n] || form.elements[n].value === (local.fields[n] ?? ""))) {
      unstore();
      return;
    }
    for (const field of fields) if (field.name in local.fields) field.value = local.fields[field.name];
    const time = new Date(local.time).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
    const note = made("div", "", { className: "note" });
    const drop = made("button", "放弃草稿", { type: "button", className: "link" });
    drop.addEventListener("click", () => { unstore(); leaving = true; location.reload(); });
    note.append(made("span", `已恢复您${time}在本机暂存的填写内容。 `), drop);
    form.closest("section").before(note);
    save();
  }
}

// --- uploads ----------------------------------------------------------------------------------

function uploads(form) {
  const input = form.elements.files;
  const list = form.querySelector("[data-uploads]");
  const limit = Number(form.dataset.limit);
  const waiting = [];
  let busy = false;
  let taken = false;

  form.querySelector(".upload-line button").hidden = true;
  input.addEventListener("change", () => { add(input.files); input.value = ""; });
  form.addEventListener("submit", (event) => { event.preventDefault(); add(input.files); input.value = ""; });
  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => { event.preventDefault(); form.classList.add("upload-over"); });
  }
  for (const name of ["dragleave", "drop"]) {
    form.addEventListener(name, () => form.classList.remove("upload-over"));
  }
  form.addEventListener("drop", (event) => { event.preventDefault(); add(event.dataTransfer.files); });
  window.addEventListener("beforeunload", (event) => { if (busy) event.preventDefault(); });

  function add(files) {
    for (const file of files) {
      const line = made("li");
      const state = made("span", "等待上传");
      line.append(made("span", `${file.name}（${size(file.size)}）`), state);
      list.append(line);
      if (file.size > limit) wrong(state, `“${file.name}”有${size(file.size)}，单个文件不能超过50 MB；请压缩或拆分后上传。`);
      else if (!file.size) wrong(state, `“${file.name}”是空文件（0字节），请检查原文件后重新上传。`);
      else waiting.push({ file, line, state });
    }
    next();
  }

  function next() {
    if (busy) return;
    const one = waiting.shift();
    if (!one) { if (taken) refresh(); return; }
    busy = true;
    send(one);
  }

  function send({ file, line, state }) {
    const bar = made("progress", "", { max: 100, value: 0 });
    bar.setAttribute("aria-label", `${file.name}上传进度`);
    const stop = made("button", "取消", { type: "button", className: "link" });
    line.append(bar, stop);
    const request = new XMLHttpRequest();
    const data = new FormData();
    data.set("csrf_token", form.elements.csrf_token.value);
    data.set("files", file);
    request.open("POST", form.getAttribute("action"));
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      bar.value = event.total ? (100 * event.loaded) / event.total : 0;
      state.textContent = `正在上传 ${Math.round(bar.value)}%`;
    });
    request.addEventListener("loadend", () => {
      bar.remove();
      stop.remove();
      busy = false;
      finish(request, file, line, state);
      next();
    });
    stop.addEventListener("click", () => request.abort());
    request.send(data);
  }

  function finish(request, file, line, state) {
    let answer = null;
    try { answer = JSON.parse(request.responseText); } catch { /* not ours: see below */ }
    if (answer && answer.problems && answer.problems.length) {
      wrong(state, answer.problems.join(""));
    } else if (answer && request.status === 200) {
      state.textContent = "已上传";
      taken = true;
    } else if (request.status === 413) {
      wrong(state, `“${file.name}”太大，单个文件不能超过50 MB；请压缩或拆分后上传。`);
    } else if (request.status === 400 || request.status === 401) {
      wrong(state, "登录已过期，没有上传；请在新窗口重新登录，刷新本页后再选择文件。");
    } else {
      wrong(state, request.status ? "服务器暂时无法接收，请稍后重新选择文件上传。" : "没有上传：已取消或网络中断，请重新选择文件。");
    }
  }

  function wrong(state, words) {
    state.textContent = words;
    state.className = "wrong";
    const drop = made("button", "知道了", { type: "button", className: "link" });
    drop.addEventListener("click", () => { state.parentElement.remove(); input.focus(); });
    state.after(drop);
  }

  // The list alone is fetched anew: what is typed in the form above stays as it is.
  async function refresh() {
    taken = false;
    const response = await fetch(location.pathname);
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const chosen of ["#evidence-list", "#evidence-panel .panel-head", "#history-panel"]) {
      const fresh = page.querySelector(chosen);
      if (fresh) document.querySelector(chosen).replaceWith(document.importNode(fresh, true));
    }
    for (const line of [...list.children]) if (!line.querySelector(".wrong")) line.remove();
  }
}

function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

// --- lists and choices --------------------------------------------------------------------------

function rows() {
  for (const link of document.querySelectorAll("a.row-link")) {
    const row = link.closest("tr");
    row.classList.add("row-click");
    row.addEventListener("click", (event) => {
      if (event.target.closest("a, button, input, label") || String(getSelection())) return;
      if (event.ctrlKey || event.metaKey) window.open(link.href);
      else link.click();
    });
  }
}

function ticking(all) {
  const boxes = [...document.querySelectorAll('input[name="chosen"]:not(:disabled)')];
  const count = document.querySelector("[data-count]");
  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
    count.textContent = ticked ? `已选 ${ticked} 项` : "";
  };
  all.hidden = false;
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; show(); });
  for (const box of boxes) box.addEventListener("change", show);
  show();
}

function taking(bar) {
  bar.hidden = false;
  bar.addEventListener("click", (event) => {
    const side = event.target.dataset.take;
    if (!side) return;
    for (const radio of document.querySelectorAll(`input[data-side="${side}"]`)) radio.checked = true;
  });
}

// A date that the contract knows is put in with one click; without scripts it is typed from the hint.
function offers(hint) {
  const field = document.getElementById(hint.dataset.offer);
  const button = made("button", "填入", { type: "button", className: "link" });
  button.addEventListener("click", () => {
    field.value = hint.dataset.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    hint.hidden = true;
    field.focus();
  });
  hint.append(" ", button);
}

const with_ = (selector, act) => { const found = document.querySelector(selector); if (found) act(found); };
with_("#report-form", keepDrafts);
with_("[data-offer]", offers);
with_("#upload-form", uploads);
with_("[data-all]", ticking);
with_("[data-take-all]", taking);
rows();
