// The little that HTMX does not do; without it every page still works.

// A search field shows the rows of a table that hold all its words.
document.addEventListener("input", (event) => {
  const table = document.getElementById(event.target.dataset.filters);
  if (!table) return;
  const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of table.tBodies[0].rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
    if (!row.hidden) shown += 1;
  }
  const result = document.querySelector(`[data-filter-result="${table.id}"]`);
  if (result) result.textContent = words.length ? `${shown} found` : "";
});

// Enter in a search field searches; it does not save the form around it.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.dataset.filters) event.preventDefault();
});

// One menu at a time; Escape and a click elsewhere close it.
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
};
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest("details.menu[open]");
  closeMenus(null);
  if (menu) menu.querySelector("summary").focus();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-prints]")) window.print();
});

// In the list of tasks, the one that stands beside it is marked, and its details get the focus.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a.task-link");
  if (!link) return;
  for (const each of document.querySelectorAll("a.task-link[aria-current]")) {
    each.removeAttribute("aria-current");
  }
  link.setAttribute("aria-current", "true");
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "panel-place") document.getElementById("panel-title")?.focus();
});
