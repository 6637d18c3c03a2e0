// A customer who is shown for some minutes: the clock runs, and when it ends the page fetches what it shows anew, masked.
const clock = () => document.querySelector("[data-reveal-left]");
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("reveal") : null;
let running = null, ends = 0, over = false;

function tick() {
  const here = clock();
  if (here !== running) {
    [running, over] = [here, false];
    ends = Date.now() + Number(here?.dataset.revealLeft) * 1000;
  }
  if (!here || over) return;
  const left = Math.ceil((ends - Date.now()) / 1000);
  if (left > 0) {
    here.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    return;
  }
  over = true;
  here.closest("[data-reveals]")?.setAttribute("data-reveal-over", ""); // also when the server does not answer
  document.body.dispatchEvent(new CustomEvent("reveal-changed", { detail: { told: true } }));
}
setInterval(tick, 1000);
document.addEventListener("visibilitychange", tick); // a machine that slept
document.addEventListener("htmx:afterSettle", tick);
tick();

// What one tab shows or hides, the others of this browser show or hide too: it is one session.
document.body.addEventListener("reveal-changed", ({ detail }) => detail?.told || tabs?.postMessage("changed"));
tabs?.addEventListener("message", () => document.body.dispatchEvent(new CustomEvent("reveal-changed", { detail: { told: true } })));

// The pane is drawn anew: what somebody is writing in it stays, and so does the cursor.
let kept = null;
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const body = document.getElementById("body");
  const ours = detail.target?.id === "open" && detail.requestConfig?.elt?.matches("[data-reveal-watch]");
  kept = ours && body ? { text: body.value, at: body.selectionStart, writes: body === document.activeElement, mode: document.getElementById("composer").dataset.mode } : null;
});
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const body = document.getElementById("body");
  if (!kept || detail.target?.id !== "open" || !body) return;
  document.querySelector(`#composer button[data-mode="${kept.mode}"][aria-pressed="false"]`)?.click();
  if (body.value !== kept.text) {
    body.value = kept.text;
    body.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (kept.writes) {
    body.focus();
    body.setSelectionRange(kept.at, kept.at);
  }
  kept = null;
});
