// Keys, and turning from view to view without loading the whole page; everything works without it, by links and forms.
"use strict";
(() => {
  const $ = (query) => document.querySelector(query);
  let size = Number(sessionStorage.getItem("size")) || 0;
  let busy = false;

  function settle(focus) {
    document.documentElement.dataset.size = String(size);
    const here = $("#here");
    if (here) here.scrollIntoView({ block: "center", inline: "center" });
    const row = $(".values tr.sel");
    const target = $("#finding-title") || $("#value-title");
    if (focus && target) target.focus({ preventScroll: true });
    const box = row && row.closest(".wide");
    if (box) box.scrollTop = row.offsetTop - box.clientHeight / 2;
  }

  async function go(url, form) {
    if (busy) return;
    busy = true;
    const asked = form
      ? { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin" }
      : { credentials: "same-origin" };
    try {
      const answer = await fetch(url, asked);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!page.querySelector("main")) throw new Error("no page");
      for (const part of ["header", "#said", "main"]) $(part).replaceWith(page.querySelector(part));
      document.title = page.title;
      document.documentElement.lang = page.documentElement.lang;
      history.pushState(null, "", form && !answer.redirected ? location.href : answer.url);
      settle(true);
    } catch {
      if (form) form.submit(); else location.assign(url);
    } finally {
      busy = false;
    }
  }

  function zoom(step) {
    size = Math.max(-1, Math.min(3, size + step));
    sessionStorage.setItem("size", String(size));
    settle(false);
  }

  function help() {
    const dialog = $("#help");
    if (dialog.open) dialog.close(); else dialog.showModal();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button && button.dataset.zoom) return zoom(Number(button.dataset.zoom));
    if (button && button.id === "help-open") return help();
    const link = event.target.closest("a");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const href = link.getAttribute("href") || "";
    if (!href.startsWith("/") || link.target || "full" in link.dataset) return;
    event.preventDefault();
    go(href);
  });

  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    event.preventDefault();
    go(event.target.action, event.target);
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (event.key === "Escape") {
      const open = event.target.closest(".buttons details[open]");
      if (open) { open.open = false; open.querySelector("summary").focus(); }
      return;
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || $("#help").open) return;
    if (event.key === "?") return help();
    if (event.key === "+" || event.key === "=") return zoom(1);
    if (event.key === "-") return zoom(-1);
    const meant = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key);
    if (!meant) return;
    event.preventDefault();
    if (meant.tagName !== "SUMMARY") return meant.click();
    const box = meant.parentElement;
    for (const other of document.querySelectorAll(".buttons details[open]")) if (other !== box) other.open = false;
    box.open = true;
    const first = box.querySelector("input:not([type=hidden]), select");
    if (first) { first.focus(); if (first.select) first.select(); }
  });

  addEventListener("popstate", () => location.reload());
  settle(false);
})();
