// [data-goto="line:column"][data-goto-in="id"]: puts the cursor of a text area where a problem is.
import { onEach } from "./on.js";

onEach("[data-goto]", (link) => {
  const field = document.getElementById(link.dataset.gotoIn);
  if (!field) return;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const [line, column] = link.dataset.goto.split(":").map(Number);
    const lines = field.value.split("\n");
    const before = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    const end = before + (lines[line - 1] ?? "").length;
    field.focus();
    field.setSelectionRange(Math.min(before + column - 1, end), end);
    const height = parseFloat(getComputedStyle(field).lineHeight) || 20;
    field.scrollTop = Math.max(0, (line - 5) * height);
  });
});
