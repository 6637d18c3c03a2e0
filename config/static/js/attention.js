// A list of things that need somebody (texts, notifications): stays up to date by itself, and can be walked with j and k.
import { ask, parts, put } from "./asking.js";

const list = () => document.getElementById("attention");
const links = () => [...list().querySelectorAll(".attention-open")];
// An open menu or question is about a row that must not be pulled away under somebody's hand.
const busy = () => document.querySelector("dialog[open]") || list().querySelector(":popover-open");

let asking = false, again = false;
async function refresh() {
  if (asking || busy() || document.hidden) {
    again = true;
    return;
  }
  asking = true;
  again = false;
  try {
    const answer = await ask(location.href, { background: true });
    const fresh = answer.ok && (await parts(answer)).querySelector("#attention");
    if (fresh && !busy()) put(fresh);
    else if (fresh) again = true;
  } catch {
    // The next event, or the resync after a lost connection, fetches it.
  } finally {
    asking = false;
    if (again && !busy() && !document.hidden) setTimeout(refresh, 300);
  }
}
const caughtUp = () => again && setTimeout(refresh, 0);
for (const name of [`live:${list().dataset.news ?? "attention"}`, "live:resync"]) document.body.addEventListener(name, refresh);
document.addEventListener("toggle", caughtUp, true);
document.addEventListener("close", caughtUp, true);
document.addEventListener("visibilitychange", caughtUp);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || busy()) return;
  if (document.cookie.split("; ").includes("keys=off") || event.target.matches?.("input, textarea, select")) return;
  const step = { j: 1, k: -1 }[event.key];
  const all = links();
  if (!step || !all.length) return;
  event.preventDefault();
  const row = document.activeElement?.closest("li");
  const here = all.findIndex((link) => row?.contains(link));
  all[Math.min(all.length - 1, Math.max(0, here < 0 ? 0 : here + step))].focus();
});
