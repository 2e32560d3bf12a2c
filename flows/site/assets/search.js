"use strict";
// Search without a server: Latin words by their beginnings, Chinese by pairs of characters.
(function () {
  const zh = document.documentElement.lang === "zh";
  const box = document.getElementById("query"), list = document.getElementById("results"), said = document.getElementById("said");
  const kinds = {};
  for (const one of document.querySelectorAll("[data-kind]")) kinds[one.dataset.kind] = one.textContent;
  const MOST = 60;
  const fold = (text) => text.normalize("NFKC").toLowerCase();
  const index = window.YUJUE_INDEX.map((entry) => ({
    entry, title: fold(entry[1]), said: [fold(entry[2]), fold(entry[3])], all: fold(entry.slice(1, 4).join(" ")),
  }));
  function tokens(text) {
    const found = [];
    for (const run of fold(text).match(/[\p{Script=Han}]+|[\p{L}\p{N}_.]+/gu) || []) {
      if (/\p{Script=Han}/u.test(run)) {
        const chars = Array.from(run);
        if (chars.length === 1) found.push(run);
        for (let i = 0; i + 1 < chars.length; i++) found.push(chars[i] + chars[i + 1]);
      } else found.push(run);
    }
    return found;
  }
  function score(one, words, whole) {
    let hits = 0;
    for (const word of words) if (one.all.includes(word)) hits += one.title.includes(word) ? 1.5 : 1;
    if (hits < words.length * 0.6) return 0;
    if (one.title === whole) hits += 6;
    else if (one.title.startsWith(whole) || one.said.some((text) => text.startsWith(whole))) hits += 3;
    else if (one.all.includes(whole)) hits += 2;
    return hits / words.length + ({ p: 0.3, t: 0.2, d: 0.1 }[one.entry[0]] || 0);
  }
  function search() {
    const whole = fold(box.value.trim()), words = tokens(whole);
    list.replaceChildren();
    if (!words.length) { said.textContent = ""; return; }
    const found = [];
    for (const one of index) { const value = score(one, words, whole); if (value) found.push([value, one]); }
    found.sort((a, b) => b[0] - a[0]);
    said.textContent = found.length ? (zh ? `${found.length} 条` : `${found.length} found`) : (zh ? "没有找到" : "nothing found");
    for (const [, one] of found.slice(0, MOST)) {
      const [kind, title, what, , path] = one.entry;
      const item = document.createElement("li"), link = document.createElement("a"), more = document.createElement("small");
      link.textContent = title; link.href = "../" + path;
      more.textContent = (kinds[kind] || "") + " · " + what;
      item.append(link, more); list.append(item);
    }
  }
  box.addEventListener("input", search);
  document.getElementById("ask").addEventListener("submit", (event) => { event.preventDefault(); search(); const first = list.querySelector("a"); if (first) first.focus(); });
  const asked = new URLSearchParams(location.search).get("q");
  if (asked) { box.value = asked; search(); }
})();
