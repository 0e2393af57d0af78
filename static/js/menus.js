// <details data-menu>: closes on Escape, on a click elsewhere and when focus leaves; arrow keys move between its entries.
import { onEach } from "./on.js";

const entriesOf = (menu) =>
  [...menu.querySelectorAll("a, button, input, select")].filter((entry) => entry.offsetParent !== null && !entry.closest("summary"));

function close(menu, giveBack) {
  menu.open = false;
  if (giveBack) menu.querySelector("summary").focus();
}

function move(menu, event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.target.matches("select, textarea")) return;
  const entries = entriesOf(menu);
  if (!entries.length) return;
  event.preventDefault();
  menu.open = true;
  const at = entries.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : entries.length - 1) : (at + step + entries.length) % entries.length;
  // Entries of a menu that was closed can be measured only after it has opened.
  (entries[next] ?? entriesOf(menu)[0]).focus();
}

onEach("details[data-menu]", (menu) => {
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      event.stopPropagation();
      close(menu, true);
    } else move(menu, event);
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) close(menu, false);
  });
  menu.addEventListener("toggle", () => {
    if (menu.open) menu.querySelector("input[type=search]")?.focus();
  });
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) close(menu, false);
  }
});

// On a phone the current tab may lie outside of the visible part of its row.
onEach(".tabs-line [aria-current]", (tab) => {
  const row = tab.parentElement;
  row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.clientWidth) / 2;
});
