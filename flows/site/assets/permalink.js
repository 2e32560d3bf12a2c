"use strict";
// A fact_id is the address of its cell: the digest of the document, a dot, the place.
(function () {
  const id = new URLSearchParams(location.search).get("id") || "";
  const found = /^([0-9a-f]{16})\.(t\d+(?:\.r\d+(?:\.c\d+)?)?|p\d+)[\w.]*$/.exec(id);
  const told = document.getElementById("told");
  if (!found) { told.textContent = id ? "不是标识 / not an identifier: " + id : ""; return; }
  const language = (navigator.language || "zh").startsWith("zh") ? "zh" : "en";
  const target = `../${language}/doc/${found[1]}/index.html#${found[2]}`;
  told.replaceChildren(Object.assign(document.createElement("a"), { href: target, textContent: id }));
  location.replace(target);
})();
