// Short messages in the corner. Errors stay until they are closed; the rest go after 6 seconds, not while pointed at.
import { onEach } from "./on.js";

function leave(note) {
  let timer = setTimeout(() => note.remove(), 6000);
  note.addEventListener("pointerenter", () => clearTimeout(timer));
  note.addEventListener("pointerleave", () => {
    timer = setTimeout(() => note.remove(), 3000);
  });
}

function closeButton(note) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-plain btn-sm btn-icon";
  button.setAttribute("aria-label", "Close message");
  button.textContent = "\u00d7";
  button.addEventListener("click", () => note.remove());
  return button;
}

// `tone`: protected, running, attention or failed.
export function toast(text, tone = "protected") {
  const note = document.createElement("div");
  note.className = `toast-note tone-${tone}`;
  note.dataset.toast = "";
  const words = document.createElement("p");
  words.textContent = text;
  note.append(document.createElement("span"), words);
  document.getElementById("toasts").append(note);
  dress(note);
}

function dress(note) {
  if (note.dataset.dressed) return;
  note.dataset.dressed = "yes";
  note.append(closeButton(note));
  if (!note.classList.contains("tone-failed")) leave(note);
}

onEach("[data-toast]", dress);
document.addEventListener("htmx:responseError", () => toast("The server refused this. Reload the page and try again.", "failed"));
document.addEventListener("htmx:sendError", () => toast("The server cannot be reached. Nothing was changed.", "failed"));
