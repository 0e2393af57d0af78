// Keeps <time data-relative> true while the page stays open. The words are those of wording.relative on the server.
const UNITS = [
  ["year", 31557600],
  ["month", 2629800],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];

export function relative(moment, now = Date.now()) {
  const seconds = Math.trunc((now - moment) / 1000);
  const distance = Math.abs(seconds);
  if (distance < 45) return seconds < 0 ? "in a moment" : "just now";
  for (const [unit, size] of UNITS) {
    const amount = Math.floor(distance / size);
    if (amount) {
      const words = `${amount} ${unit}${amount === 1 ? "" : "s"}`;
      return seconds < 0 ? `in ${words}` : `${words} ago`;
    }
  }
  return seconds < 0 ? "in 1 minute" : "1 minute ago";
}

function refresh() {
  for (const element of document.querySelectorAll("time[data-relative]")) {
    const words = relative(Date.parse(element.dateTime));
    if (element.textContent !== words) element.textContent = words;
  }
}

if (document.querySelector("time[data-relative]") || document.querySelector("[data-live-job]")) setInterval(refresh, 30000);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
