// What forms do beyond plain HTML. Every form works without it.
import { onEach } from "./on.js";

// "/" puts the cursor into the search field, unless something is being typed.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const search = document.querySelector("[data-search-shortcut]");
  if (search && search.offsetParent !== null) {
    event.preventDefault();
    search.focus();
    search.select();
  }
});

onEach("[data-time-zone]", (field) => {
  field.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
});

onEach("[data-confirm-typed]", (field) => {
  const buttons = field.form.querySelectorAll('button[type="submit"], button:not([type])');
  const check = () => {
    const same = field.value.trim() === field.dataset.confirmTyped.trim();
    for (const button of buttons) button.disabled = !same;
  };
  field.addEventListener("input", check);
  check();
});

onEach("[data-filter-list]", (field) => {
  const list = document.getElementById(field.dataset.filterList);
  if (!list) return;
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    for (const entry of list.querySelectorAll("[data-filter-text]")) {
      entry.hidden = !entry.dataset.filterText.toLowerCase().includes(wanted);
    }
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
});

onEach("[data-check-all]", (all) => {
  const scope = all.form ?? document;
  const boxes = () => [...scope.querySelectorAll(`input[type=checkbox][name="${CSS.escape(all.dataset.checkAll)}"]:not([disabled])`)];
  const show = () => {
    const ticked = boxes().filter((box) => box.checked).length;
    all.checked = ticked > 0 && ticked === boxes().length;
    all.indeterminate = ticked > 0 && !all.checked;
  };
  all.addEventListener("change", () => {
    for (const box of boxes()) {
      box.checked = all.checked;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
  scope.addEventListener("change", show);
  show();
});

onEach("select[data-submit-on-change]", (field) => field.addEventListener("change", () => field.form.requestSubmit()));

onEach("form[data-busy-label]", (form) => {
  form.addEventListener("submit", (event) => {
    const button = event.submitter ?? form.querySelector("button");
    // After the form's data was taken, so that the button's own name and value are sent.
    setTimeout(() => {
      button.disabled = true;
      button.textContent = form.dataset.busyLabel;
    });
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
});
