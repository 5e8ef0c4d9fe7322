(() => {
  "use strict";
  const all = (what, of) => [...(of || document).querySelectorAll(what)];
  const make = (kind, text, put) => { const e = document.createElement(kind); e.textContent = text; if (put) put.append(e); return e; };
  const root = document.documentElement, contents = document.getElementById("contents");
  const tables = all(".scroll table");

  // Tools beside the contents.
  const tools = make("div", ""); tools.className = "tools";
  contents.querySelector("ul").before(tools);
  const search = make("input", "", tools);
  search.type = "search"; search.placeholder = "Search rows and contents"; search.setAttribute("aria-label", search.placeholder);
  const theme = make("button", "Dark", tools);
  const methods = make("button", "Methods", tools);
  const found = make("span", "", tools); found.setAttribute("role", "status");

  // Dark or light.
  const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme:dark)").matches;
  const named = () => { theme.textContent = dark() ? "Light" : "Dark"; };
  theme.onclick = () => { root.dataset.theme = dark() ? "light" : "dark"; named(); };
  named();

  // Rows that hold the words, of methods that are not hidden.
  const off = new Set();
  const name = row => row.cells[0] && row.cells[0].querySelector(".swatch") ? row.cells[0].textContent : "";
  const show = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = text => words.every(word => text.toLowerCase().includes(word));
    let rows = 0;
    for (const table of tables) for (const row of table.tBodies[0].rows) {
      row.hidden = off.has(name(row)) || !fits(row.textContent + " " + (table.caption ? table.caption.textContent : ""));
      if (!row.hidden) rows += 1;
    }
    for (const item of all("#contents li")) item.hidden = words.length > 0 && !fits(item.textContent);
    for (const group of all("svg [data-m]")) group.style.display = off.has(group.dataset.m) ? "none" : "";
    found.textContent = words.length ? rows + " rows" : off.size ? off.size + " hidden" : "";
  };
  search.oninput = show;

  // Which methods are shown.
  const names = [...new Set(tables.flatMap(table => [...table.tBodies[0].rows].map(name)).filter(Boolean))].sort();
  const list = make("div", "", tools); list.className = "methods"; list.hidden = true;
  const each = checked => { for (const box of all("input", list)) { box.checked = checked; checked ? off.delete(box.value) : off.add(box.value); } show(); };
  make("button", "All", list).onclick = () => each(true);
  make("button", "None", list).onclick = () => each(false);
  for (const one of names) {
    const label = make("label", "", list), box = make("input", "", label);
    box.type = "checkbox"; box.checked = true; box.value = one;
    label.append(" " + one);
    box.onchange = () => { box.checked ? off.delete(one) : off.add(one); show(); };
  }
  methods.hidden = names.length === 0;
  methods.setAttribute("aria-expanded", "false");
  methods.onclick = () => { list.hidden = !list.hidden; methods.setAttribute("aria-expanded", String(!list.hidden)); };

  // Sorting: numbers by their value, what has none last.
  const value = cell => {
    const text = cell ? cell.textContent.trim().replace(/−/g, "-") : "";
    const number = /^[+-]?\d/.test(text) ? parseFloat(text) : NaN;
    return [number, text];
  };
  for (const table of tables) {
    [...table.tHead.rows[0].cells].forEach((head, at) => {
      const button = make("button", head.textContent);
      head.textContent = ""; head.append(button);
      let up = false;
      button.onclick = () => {
        up = !up;
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const sign = up ? 1 : -1;
        const rows = [...table.tBodies[0].rows].map(row => [value(row.cells[at]), row]);
        rows.sort(([[a, s]], [[b, t]]) => isNaN(a) && isNaN(b) ? sign * s.localeCompare(t) : isNaN(a) ? 1 : isNaN(b) ? -1 : sign * (a - b));
        table.tBodies[0].append(...rows.map(([, row]) => row));
      };
    });
    // Copying: what a spreadsheet would take for a formula stays text.
    const copy = make("button", "copy as CSV"); copy.className = "copy";
    (table.caption || table.createCaption()).append(copy);
    copy.onclick = async () => {
      const quote = text => {
        const plain = text.trim().replace(/−/g, "-");
        const safe = /^[=+\-@]/.test(plain) && isNaN(Number(plain)) ? "'" + plain : plain;
        return /[",\n]/.test(safe) ? '"' + safe.replace(/"/g, '""') + '"' : safe;
      };
      const rows = [...table.rows].filter(row => !row.hidden);
      const text = rows.map(row => [...row.cells].map(cell => quote(cell.textContent)).join(",")).join("\n") + "\n";
      try { await navigator.clipboard.writeText(text); } catch {
        const area = make("textarea", text, document.body);
        area.select(); document.execCommand("copy"); area.remove();
      }
      copy.textContent = "copied";
      setTimeout(() => { copy.textContent = "copy as CSV"; }, 1500);
    };
  }

  // Paper shows what is folded, in browsers too whose styles cannot open it.
  let opened = [];
  addEventListener("beforeprint", () => { opened = all("details:not([open])"); for (const part of opened) part.open = true; });
  addEventListener("afterprint", () => { for (const part of opened) part.open = false; });

  // A link into a folded part opens it.
  const open = () => {
    let part = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!part) return;
    for (let up = part; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    part.scrollIntoView();
  };
  addEventListener("hashchange", open);
  open();
  if (matchMedia("(min-width:1100px)").matches) contents.open = true;
})();
