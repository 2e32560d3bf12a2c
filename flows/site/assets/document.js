"use strict";
// The cell a person chooses: its rows, its checks, its address. All text goes in as text, never as markup.
(function () {
  const zh = document.documentElement.lang === "zh";
  const say = (a, b) => (zh ? a : b);
  const data = JSON.parse(document.getElementById("details").textContent);
  const panel = document.getElementById("panel");
  const T = data.texts;
  let now = null;

  function el(name, text, cls) {
    const made = document.createElement(name);
    if (text !== undefined && text !== null) made.textContent = text;
    if (cls) made.className = cls;
    return made;
  }
  function add(parent, ...children) { for (const one of children) parent.append(one); return parent; }
  function link(href, text) { const made = el("a", text); made.href = href; return made; }
  function printed(cell) {
    let text = "";
    for (const node of cell.childNodes) if (node.nodeType === 3) text += node.nodeValue;
    return text;
  }

  // which part of the document an anchor stands on
  function partOf(ref) {
    let found = 0, match = /^t(\d+)(?:\.r(\d+))?/.exec(ref);
    if (match) {
      const row = match[2] ? +match[2] : 1;
      for (const [table, first, part] of data.steps) if (table === +match[1] && first <= row) found = part;
    } else if ((match = /^p(\d+)/.exec(ref))) {
      for (const [first, part] of data.paragraphs) if (first <= +match[1]) found = part;
    }
    return found;
  }
  function addressOf(ref) {
    const part = partOf(ref);
    return (part === data.part ? "" : data.files[part]) + "#" + ref;
  }

  function show(ref, scroll) {
    const cell = document.getElementById(ref);
    if (!cell) return;
    for (const old of document.querySelectorAll(".now")) old.classList.remove("now");
    cell.classList.add("now");
    const box = document.querySelector('.picture a[href="#' + CSS.escape(ref) + '"]');
    if (box) box.classList.add("now");
    now = ref;
    const at = data.places[ref] || [[], [], 0];
    panel.replaceChildren();
    panel.classList.add("chosen");
    const text = printed(cell);
    add(panel, el("h2", say("所印", "As printed")), el("p", text.trim() ? text : say("（空白）", "(blank)"), "printed"));
    const place = el("dl");
    const page = cell.closest(".sheet") && cell.closest(".sheet").id.replace("page", "");
    add(place, el("dt", say("位置", "place")));
    const match = /^t(\d+)\.r(\d+)\.c(\d+)$/.exec(ref);
    const words = match
      ? say(`第 ${match[1]} 表第 ${match[2]} 行第 ${match[3]} 列`, `table ${match[1]}, row ${match[2]}, column ${match[3]}`)
      : say(`第 ${ref.slice(1)} 段`, `paragraph ${ref.slice(1)}`);
    add(place, el("dd", (page ? say(`第 ${page} 页，`, `page ${page}, `) : "") + words));
    add(panel, place);
    const pairsOf = (pairs) => {
      const list = el("dl");
      for (let i = 0; i < pairs.length; i += 2) add(list, el("dt", T[pairs[i]]), el("dd", T[pairs[i + 1]]));
      return list;
    };
    for (const [title, id, main, rest] of at[0]) {
      const list = pairsOf(main);
      add(list, el("dt", say("标识", "identifier")), add(el("dd"), el("code", T[id])));
      add(panel, el("h3", T[title]), list);
      if (rest.length) add(panel, add(el("details"), el("summary", say("其余各栏", "More of its columns")), pairsOf(rest)));
    }
    add(panel, el("h3", say("涉及它的检查", "Checks that touch it")));
    if (!at[1].length) add(panel, el("p", say("没有。", "None."), "note"));
    else {
      const list = el("ul");
      for (const number of at[1]) {
        const [outcome, mark, check, message, left, right, delta, tolerance, cause, places] = data.findings[number];
        const item = el("li");
        const sign = el("i", T[mark] + " ", "mark " + T[outcome]);
        add(item, sign, link("../../quality/index.html#" + T[check], T[check]), " ", el("span", T[message]));
        if (T[left] || T[right]) {
          const sides = el("dl");
          add(sides, el("dt", say("一边（元）", "one side, yuan")), el("dd", T[left] || "–"));
          add(sides, el("dt", say("另一边（元）", "other side, yuan")), el("dd", T[right] || "–"));
          if (T[delta]) add(sides, el("dt", say("差", "difference")), el("dd", T[delta] + (T[tolerance] ? say(`（容差 ${T[tolerance]}）`, ` (tolerance ${T[tolerance]})`) : "")));
          if (T[cause]) add(sides, el("dt", say("误在何处", "whose error")), el("dd", T[cause]));
          add(item, sides);
        }
        const refs = el("small");
        for (const one of places) if (T[one] !== ref) add(refs, link(addressOf(T[one]), T[one]), " ");
        add(list, add(item, refs));
      }
      add(panel, list);
      if (at[2]) add(panel, el("p", say(`另有 ${at[2]} 条见 meta_findings。`, `${at[2]} more stand in meta_findings.`), "note"));
    }
    if (at[0].length) {
      add(panel, el("h3", say("各版本", "Over the releases")));
      if (at[3]) add(panel, pairsOf(at[3]));
      else if (data.since) add(panel, el("p", say(`自 ${data.since} 起未变。`, `Unchanged since ${data.since}.`), "note"));
    }
    const id = data.sha16 + "." + ref;
    const root = new URL(document.querySelector('link[rel=stylesheet]').href);
    const permalink = new URL("../f/index.html?id=" + encodeURIComponent(id), root).href;
    const release = getComputedStyle(document.documentElement).getPropertyValue("--release").replace(/["']/g, "").trim();
    add(panel, el("h3", say("引用与报错", "Cite it, report it")));
    add(panel, add(el("p"), link(permalink, say("永久链接", "Permalink")), " · ", el("code", id)));
    const report = [
      `fact: ${id}`, `release: ${release}`, `sha256: ${data.sha256}`, `printed: ${text.trim()}`, `link: ${permalink}`, "",
      say("问题：", "What is wrong:"), ""].join("\n");
    const fold = el("details");
    const area = el("textarea", report);
    area.setAttribute("aria-label", say("报告的文字", "text of the report"));
    add(fold, el("summary", say("报告一处错误", "Report a problem")));
    const subject = `yujue ${release} ${id}`;
    const to = data.contact;
    if (to.startsWith("https://") || to.startsWith("http://")) {
      const target = new URL(to);
      target.searchParams.set("title", subject);
      target.searchParams.set("body", report);
      add(fold, add(el("p"), link(target.href, say("填好的报告单", "Open the prefilled report"))));
    } else {
      add(fold, add(el("p"), link("mailto:" + to + "?subject=" + encodeURIComponent(subject) + "&body=" + encodeURIComponent(report), say("写邮件", "Write an e-mail")), say("，或复制下面的文字：", ", or copy this text:")));
    }
    add(panel, add(fold, area));
    const close = el("button", say("关闭", "Close"));
    close.type = "button";
    close.addEventListener("click", () => { panel.classList.remove("chosen"); cell.focus(); });
    add(panel, add(el("p"), close));
    if (scroll) {
      const fold = cell.closest("details");
      if (fold) fold.open = true;
      scrollTo(ref);
    }
  }

  // keyboard: one cell is in the tab order, arrows move among the cells that say something
  const cells = Array.from(document.querySelectorAll(".v"));
  function aim(cell, focus) {
    for (const one of document.querySelectorAll('.v[tabindex="0"]')) one.tabIndex = -1;
    cell.tabIndex = 0;
    if (focus) cell.focus();
  }
  if (cells.length) cells[0].tabIndex = 0;
  function next(cell, key) {
    const row = cell.closest("tr");
    if (!row || key === "Home" || key === "End") {
      const index = cells.indexOf(cell);
      if (key === "Home") return cells[0];
      if (key === "End") return cells[cells.length - 1];
      return cells[index + (key === "ArrowDown" || key === "ArrowRight" ? 1 : -1)];
    }
    if (key === "ArrowLeft" || key === "ArrowRight") {
      return cells[cells.indexOf(cell) + (key === "ArrowRight" ? 1 : -1)];
    }
    const column = +(/\.c(\d+)$/.exec(cell.id) || [0, 1])[1];
    const step = key === "ArrowDown" ? "nextElementSibling" : "previousElementSibling";
    for (let line = row[step]; line; line = line[step]) {
      const near = Array.from(line.querySelectorAll(".v"));
      if (near.length) {
        const far = (one) => Math.abs(+(/\.c(\d+)$/.exec(one.id) || [0, 1])[1] - column);
        return near.reduce((best, one) => (far(one) < far(best) ? one : best));
      }
    }
    const index = key === "ArrowDown" ? cells.indexOf(Array.from(row.querySelectorAll(".v")).pop()) + 1 : cells.indexOf(row.querySelector(".v")) - 1;
    return cells[index];
  }
  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest && event.target.closest(".v");
    if (!cell || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      choose(cell.id, false);
    } else if (["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
      const to = next(cell, event.key);
      if (to) { event.preventDefault(); const fold = to.closest("details"); if (fold) fold.open = true; aim(to, true); }
    }
  });
  function choose(ref, scroll) {
    show(ref, scroll);
    history.replaceState(null, "", "#" + ref);
  }
  document.addEventListener("click", (event) => {
    const box = event.target.closest(".picture a");
    if (box) {
      event.preventDefault();
      choose(decodeURIComponent(box.getAttribute("href").slice(1)), false);
      return;
    }
    const cell = event.target.closest(".v");
    if (cell && !String(getSelection())) { aim(cell, false); choose(cell.id, false); }
  });
  function follow() {
    const ref = decodeURIComponent(location.hash.slice(1));
    if (!/^[tpb]\d/.test(ref) || ref === now) return;
    if (document.getElementById(ref)) { show(ref, true); return; }
    if (/^[tp]\d/.test(ref)) {
      const part = partOf(ref);
      if (part !== data.part) { location.replace(data.files[part] + "#" + ref); return; }
      add(panel, el("p", say("本文件没有这个位置：", "This document has no such place: ") + ref, "fails"));
    }
  }
  function scrollTo(ref) {
    const cell = document.getElementById(ref);
    const box = document.querySelector('.picture a[href="#' + CSS.escape(ref) + '"] rect');
    (box || cell).scrollIntoView({ block: "center", inline: "nearest" });
  }
  addEventListener("hashchange", follow);
  addEventListener("load", () => { if (now) scrollTo(now); });
  follow();
})();
