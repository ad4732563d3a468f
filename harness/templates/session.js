// The matrix of a session: filters and sorting, kept in the address of the page so that a view can be sent on.
"use strict";
(() => {
  const form = document.getElementById("filters");
  const table = document.getElementById("matrix");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const statuses = [...form.elements.status];
  const sort = { key: "margin", descending: false };

  const keys = {
    name: (row) => row.dataset.name,
    status: (row) => statuses.findIndex((box) => box.value === row.dataset.status),
    margin: (row) => Number(row.dataset.place), // the page comes in this order
    seconds: (row) => Number(row.dataset.seconds),
  };

  function statusOf(row, rung) {
    return rung ? row.querySelector(`td[data-rung="${rung}"]`)?.dataset.status : row.dataset.status;
  }

  function matches(row, words, wanted, rung) {
    const text = row.dataset.text.toLowerCase();
    const status = statusOf(row, rung);
    return words.every((word) => text.includes(word)) && (!rung || status) && (!wanted.length || wanted.includes(status));
  }

  function filter() {
    const words = form.elements.q.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = statuses.filter((box) => box.checked).map((box) => box.value);
    const rung = form.elements.rung.value;
    for (const row of rows) {
      row.hidden = !matches(row, words, wanted, rung);
      for (const cell of row.querySelectorAll("td[data-rung]")) cell.classList.toggle("dim", Boolean(rung) && cell.dataset.rung !== rung);
    }
    document.getElementById("shown").textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} cases`;
  }

  function order() {
    const key = keys[sort.key];
    const sign = sort.descending ? -1 : 1;
    const compare = (a, b) => (key(a) < key(b) ? -sign : key(a) > key(b) ? sign : keys.margin(a) - keys.margin(b));
    body.append(...[...rows].sort(compare));
    for (const head of table.tHead.querySelectorAll("th[data-sort]")) {
      if (head.dataset.sort === sort.key) head.setAttribute("aria-sort", sort.descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
  }

  function remember() {
    const state = new URLSearchParams();
    if (form.elements.q.value) state.set("q", form.elements.q.value);
    if (form.elements.rung.value) state.set("rung", form.elements.rung.value);
    const wanted = statuses.filter((box) => box.checked).map((box) => box.value);
    if (wanted.length) state.set("status", wanted.join(","));
    if (sort.key !== "margin" || sort.descending) state.set("sort", (sort.descending ? "-" : "") + sort.key);
    history.replaceState(null, "", `#${state}`);
  }

  function recall() {
    const state = new URLSearchParams(location.hash.slice(1));
    form.elements.q.value = state.get("q") ?? "";
    form.elements.rung.value = state.get("rung") ?? "";
    if (form.elements.rung.selectedIndex < 0) form.elements.rung.value = "";
    const wanted = (state.get("status") ?? "").split(",");
    for (const box of statuses) box.checked = wanted.includes(box.value);
    const asked = state.get("sort") ?? "margin";
    sort.descending = asked.startsWith("-");
    sort.key = asked.replace("-", "") in keys ? asked.replace("-", "") : "margin";
    filter();
    order();
  }

  function sortBy(key) {
    sort.descending = sort.key === key && !sort.descending;
    sort.key = key;
    order();
    remember();
  }

  for (const head of table.tHead.querySelectorAll("th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sortBy(head.dataset.sort));
    head.replaceChildren(button);
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => { filter(); remember(); });
  form.addEventListener("reset", () => setTimeout(() => { filter(); remember(); }));
  addEventListener("hashchange", recall);
  form.hidden = false;
  recall();
})();
