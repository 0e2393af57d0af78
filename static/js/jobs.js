// A job's progress while it runs: over a WebSocket, by polling every 2 s when that fails. Bars show what was really done.
import { onEach } from "./on.js";

const number = new Intl.NumberFormat("en");
const POLL = 2000;

function duration(seconds) {
  let left = Math.round(seconds);
  const parts = [];
  for (const [unit, size] of [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]]) {
    const amount = Math.floor(left / size);
    left -= amount * size;
    if (amount) parts.push(`${amount} ${unit}`);
    else if (parts.length) break;
    if (parts.length === 2) break;
  }
  return parts.join(" ") || "0 s";
}

function setBar(bar, percent) {
  if (percent === null || percent === undefined) bar.removeAttribute("value");
  else bar.value = percent;
}

function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

const toneOf = { done: "tone-protected", succeeded: "tone-protected", failed: "tone-failed", partial: "tone-attention" };

function streamRow(list, stream) {
  let row = list.querySelector(`[data-stream="${CSS.escape(stream.name)}"]`);
  if (!row) {
    row = document.createElement("li");
    row.className = "progress-row";
    row.dataset.stream = stream.name;
    const head = document.createElement("div");
    head.className = "progress-head";
    const label = document.createElement("span");
    label.textContent = stream.label;
    const figures = document.createElement("span");
    figures.className = "muted";
    figures.dataset.figures = "";
    head.append(label, figures);
    const bar = document.createElement("progress");
    bar.className = "bar";
    bar.max = 100;
    bar.setAttribute("aria-label", stream.label);
    row.append(head, bar);
    list.append(row);
  }
  return row;
}

function showStream(list, stream) {
  const row = streamRow(list, stream);
  const of = stream.total ? ` of ${number.format(stream.total)}` : "";
  setText(row.querySelector("[data-figures]"), `${number.format(stream.read ?? 0)}${of} read · ${number.format(stream.written ?? 0)} new or changed`);
  const bar = row.querySelector("progress");
  setBar(bar, stream.percent);
  bar.className = `bar ${toneOf[stream.state] ?? ""}`.trim();
}

function show(part, message) {
  const status = part.querySelector("[data-live-status]");
  // The server has drawn every state a job can pass through; the icon comes from there.
  const drawn = part.querySelector(`template[data-status="${CSS.escape(message.state)}"]`);
  if (drawn && message.state !== part.dataset.state) status.replaceChildren(drawn.content.cloneNode(true));
  if (status.firstElementChild) setText(status.firstElementChild.lastChild, message.state_label);
  const figures = [];
  if (message.rate) figures.push(`${number.format(Math.round(message.rate))} records a second`);
  if (message.eta_s) figures.push(`about ${duration(message.eta_s)} left`);
  setText(part.querySelector("[data-live-figures]"), figures.join(" · "));
  setText(part.querySelector("[data-live-message]"), message.message ?? "");
  setBar(part.querySelector("[data-live-bar]"), message.percent);
  const list = part.querySelector("[data-live-streams]");
  for (const stream of message.streams ?? []) showStream(list, stream);
  const waited = message.waited_s ? ` · ${duration(message.waited_s)} of waiting for the platform's limit, all streams together` : "";
  const requests = `${number.format(message.requests ?? 0)} request${message.requests === 1 ? "" : "s"}${waited}`;
  setText(part.querySelector("[data-live-requests]"), message.requests ? requests : "");
}

const FINAL = new Set(["succeeded", "partial", "failed", "cancelled", "dead"]);

onEach("[data-live-job]", (part) => {
  if ("finished" in part.dataset) return;
  let ended = false;
  let timer = 0;
  const take = (message) => {
    if (ended) return;
    show(part, message);
    const state = message.state;
    if (message.finished || FINAL.has(state) || (state !== part.dataset.state && ["paused", "queued"].includes(state))) {
      ended = true;
      clearTimeout(timer);
      location.reload();
    }
    part.dataset.state = state;
  };
  const poll = async () => {
    try {
      const response = await fetch(part.dataset.poll, { headers: { Accept: "application/json" } });
      if (response.ok) take(await response.json());
      // Signed out, or the job is gone: the page itself says so.
      else if ([401, 403, 404].includes(response.status)) return location.reload();
    } catch {
      setText(part.querySelector("[data-live-message]"), "The server cannot be reached. The job goes on; this page tries again.");
    }
    if (!ended) timer = setTimeout(poll, POLL);
  };
  const listen = () => {
    const address = new URL(part.dataset.liveJob, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    let fallen = false;
    const fall = () => {
      if (fallen || ended) return;
      fallen = true;
      poll();
    };
    try {
      const socket = new WebSocket(address);
      socket.addEventListener("message", (event) => take(JSON.parse(event.data)));
      socket.addEventListener("close", fall);
      socket.addEventListener("error", fall);
      window.addEventListener("pagehide", () => {
        ended = true;
        clearTimeout(timer);
        socket.close();
      });
    } catch {
      fall();
    }
  };
  if (part.dataset.liveJob) listen();
  else poll();
});
