"use strict";
// Some rows of a Parquet file, fetched by range. All text goes in as text, never as markup.
(function () {
  const zh = document.documentElement.lang === "zh";
  const say = (a, b) => (zh ? a : b);
  const table = document.getElementById("rows");
  const said = document.getElementById("said");
  const back = document.getElementById("back"), on = document.getElementById("on");
  const SIZE = 50;
  const unseen = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
  let start = 0, fetched = 0, file = null, metadata = null, filter = null;

  const counted = {
    byteLength: 0,
    async slice(from, to) { const made = await file.slice(from, to); fetched += made.byteLength; return made; },
  };
  function shown(value) {
    if (value === null || value === undefined) return "";
    if (value instanceof Date) return value.toISOString().slice(0, 10);
    if (Array.isArray(value)) return value.map(shown).join(", ");
    if (typeof value === "bigint") return value.toString();
    return String(value).replace(unseen, (c) => "\u27e6U+" + c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0") + "\u27e7");
  }
  function cell(name, text, number) {
    const made = document.createElement(name);
    made.textContent = text;
    if (number) made.className = "n";
    if (name === "th") made.scope = "col";
    return made;
  }
  async function load() {
    said.textContent = say("正在读取…", "reading…");
    const before = performance.now();
    const rows = await hyparquet.parquetReadObjects({
      file: counted, metadata, compressors: { ZSTD: (bytes, size) => hyparquet.decompressZstd(bytes, new Uint8Array(size)) },
      rowStart: filter ? undefined : start, rowEnd: filter ? undefined : start + SIZE, filter: filter || undefined,
      useOffsetIndex: true, usePageIndex: true,  // of a row group only the pages that hold these rows
    });
    const page = filter ? rows.slice(start, start + SIZE) : rows;
    const all = filter ? rows.length : +table.dataset.rows;
    const names = hyparquet.parquetSchema(metadata).children.map((one) => one.element.name);
    const head = document.createElement("tr");
    for (const one of names) head.append(cell("th", one));
    table.tHead.replaceChildren(head);
    table.tBodies[0].replaceChildren(...page.map((row) => {
      const line = document.createElement("tr");
      for (const one of names) line.append(cell("td", shown(row[one]), ["number", "bigint"].includes(typeof row[one])));
      return line;
    }));
    back.disabled = start === 0;
    on.disabled = start + SIZE >= all;
    const last = Math.min(start + SIZE, all), kb = (fetched / 1000).toFixed(0), seconds = ((performance.now() - before) / 1000).toFixed(2);
    said.textContent = all === 0 ? say("没有符合的行。", "No row fits.") : say(
      `第 ${start + 1}–${last} 行，共 ${all} 行；共取 ${kb} kB，用时 ${seconds} 秒`,
      `rows ${start + 1}–${last} of ${all}; ${kb} kB fetched in all, ${seconds} s`);
    table.dataset.state = "ready";
  }
  function failed(error) { said.textContent = say("读取失败：", "It could not be read: ") + error.message; table.dataset.state = "failed"; }
  function asked(text, type) {
    if (/^u?int64/.test(type)) return BigInt(text);
    if (/^(u?int|float|double)/.test(type)) { const number = Number(text); if (Number.isNaN(number)) throw new Error(say("不是数", "not a number")); return number; }
    if (type === "bool") return text === "true";
    if (/^date/.test(type)) return new Date(text + "T00:00:00Z");
    return text;
  }
  back.addEventListener("click", () => { start = Math.max(0, start - SIZE); load().catch(failed); });
  on.addEventListener("click", () => { start += SIZE; load().catch(failed); });
  document.getElementById("wanted").addEventListener("submit", (event) => {
    event.preventDefault();
    const column = document.getElementById("column"), text = document.getElementById("value").value;
    try {
      filter = column.value ? { [column.value]: { $eq: asked(text, column.selectedOptions[0].dataset.type) } } : null;
    } catch (error) { failed(error); return; }
    start = 0;
    load().catch(failed);
  });
  if (location.protocol === "file:") return;
  (async () => {
    file = await hyparquet.asyncBufferFromUrl({ url: new URL(table.dataset.file, location.href).href });
    counted.byteLength = file.byteLength;
    metadata = await hyparquet.parquetMetadataAsync(counted, { initialFetchSize: 1 << 16 });
    await load();
  })().catch(failed);
})();
