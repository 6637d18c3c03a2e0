// The phone simulator: keeps the newest text in sight, sends with Enter, and asks for news when none arrive by themselves.
const log = document.getElementById("phone-log");
const form = document.getElementById("phone-form");
const clock = document.querySelector("[data-clock]");
const LOOK_EVERY = 3000, WAIT_EVERY = 1000; // milliseconds

const toEnd = () => (log.scrollTop = log.scrollHeight);

if (log && form) {
  const field = form.elements.body;
  toEnd();
  let atEnd = true;
  log.addEventListener("load", () => atEnd && toEnd(), true); // a picture has its height now
  log.addEventListener("scroll", () => (atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40));
  document.body.addEventListener("htmx:afterSettle", (event) => event.target === log && atEnd && toEnd());

  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (field.value.trim() || form.elements.sample.value || form.elements.file.files.length) form.requestSubmit();
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== form || !event.detail.successful) return;
    form.reset();
    form.querySelector("details").open = false;
    toEnd();
    field.focus();
  });

  // The phone looks by itself while a text is on its way, and while live updates are off (a restart, no network).
  const look = () => document.hidden || document.body.dispatchEvent(new CustomEvent("phone:look"));
  document.addEventListener("htmx:configRequest", (event) => {
    // Nobody asked for it, so it is no sign that somebody sits here.
    if (event.detail.triggeringEvent?.type === "phone:look") event.detail.headers["X-Background"] = "live";
  });
  setInterval(() => log.querySelector("[data-waiting]") && look(), WAIT_EVERY);
  setInterval(() => document.documentElement.dataset.live !== "on" && look(), LOOK_EVERY);
}

// The phone in the hand is in sight in the list; the page itself stays where it is.
const row = document.querySelector(".phone-side .conversation:has([aria-current])");
const below = row ? row.getBoundingClientRect().bottom - row.parentElement.getBoundingClientRect().bottom : 0;
if (below > 0) row.parentElement.scrollTop += below;

if (clock) {
  // It goes on from the time that the server wrote, in the organization's zone like the times of the texts.
  const start = Date.parse(`${clock.dateTime.slice(0, 19)}Z`);
  const tick = () => (clock.textContent = new Date(start + performance.now()).toISOString().slice(11, 16));
  setInterval(tick, 10_000);
}
