"use strict";
(() => {
  const all = (root, selector) => [...root.querySelectorAll(selector)];

  // Tables: a button in each heading sorts; undefined numbers stay last in both directions.
  const keyOf = (row, column) => {
    const cell = row.cells[column];
    return "v" in cell.dataset ? (cell.dataset.v === "" ? null : Number(cell.dataset.v)) : cell.textContent.trim();
  };
  const compare = (a, b, sign) => {
    if (a === null || b === null) return (a === null) - (b === null);
    return sign * (typeof a === "number" ? a - b : a.localeCompare(b, undefined, { numeric: true }));
  };
  for (const table of all(document, "table.sortable")) {
    const heads = all(table, "thead th");
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const sign = head.getAttribute("aria-sort") === "descending" ? 1 : -1;
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
        const body = table.tBodies[0];
        const keyed = [...body.rows].map((row) => [keyOf(row, column), row]);
        keyed.sort((a, b) => compare(a[0], b[0], sign));
        body.append(...keyed.map((pair) => pair[1]));
      });
    });
  }

  // Samples: filter, model, expand.
  const matches = {
    all: () => true,
    failed: (sample) => sample.dataset.kind === "failed",
    error: (sample) => sample.dataset.kind === "error",
    disagree: (sample) => "disagree" in sample.dataset,
  };
  for (const section of all(document, ".samples")) {
    const tools = section.querySelector(".tools");
    const select = tools.querySelector("select");
    const output = tools.querySelector("output");
    const samples = all(section, ".sample");
    let filter = "all";
    const show = () => {
      let shown = 0;
      for (const part of all(section, ".of-model")) {
        const chosen = !select || select.value === "" || select.value === part.dataset.model;
        let inside = 0;
        for (const sample of all(part, ".sample")) {
          sample.hidden = !(chosen && matches[filter](sample));
          inside += sample.hidden ? 0 : 1;
        }
        part.hidden = inside === 0;
        shown += inside;
      }
      output.textContent = `${shown} of ${samples.length} shown`;
    };
    const buttons = all(tools, "button[data-filter]");
    for (const button of buttons) {
      const count = samples.filter(matches[button.dataset.filter]).length;
      button.textContent += ` ${count}`;
      button.disabled = count === 0;
      button.addEventListener("click", () => {
        filter = button.dataset.filter;
        for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
        show();
      });
    }
    if (select) select.addEventListener("change", show);
    const expand = tools.querySelector("button[data-expand]");
    const long = all(section, "details");
    expand.hidden = long.length === 0;
    expand.addEventListener("click", () => {
      const open = expand.getAttribute("aria-pressed") !== "true";
      expand.setAttribute("aria-pressed", String(open));
      for (const text of long) text.open = open;
    });
    tools.hidden = false;
    if (select) select.value = section.querySelector(".of-model").dataset.model;
    show();
  }

  // Keys: j and k go through the samples that are shown.
  const move = (step) => {
    const shown = all(document, ".sample").filter((sample) => !sample.hidden && !sample.parentElement.hidden);
    if (shown.length === 0) return;
    const current = shown.indexOf(document.activeElement.closest(".sample"));
    const edge = document.documentElement.clientTop + 80;
    const near = shown.findIndex((sample) => sample.getBoundingClientRect().top > edge);
    const next = current >= 0 ? current + step : step > 0 ? near : near - 1;
    const target = shown[Math.min(Math.max(next, 0), shown.length - 1)];
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: "start" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea")) return;
    if (event.key === "j") move(1);
    if (event.key === "k") move(-1);
  });
  window.addEventListener("beforeprint", () => {
    for (const details of all(document, "details")) details.open = true;
  });
})();
