// Warns before the session ends, and leaves the page when it has ended. The server decides; this page only asks it, and
// asking is no sign of life: only keys, presses and "Stay signed in" are, told at most once in `sign` seconds.
const seat = document.getElementById("idle");

if (seat) {
  const { leftUrl, stayUrl, signInUrl } = seat.dataset;
  const warned = Number(seat.dataset.warned), sign = Number(seat.dataset.sign) * 1000;
  const count = seat.querySelector("[data-idle-count]"), button = seat.querySelector("[data-idle-stay]");
  const asks = seat.querySelector("[data-idle-asks]"), finals = seat.querySelector("[data-idle-final]");
  let timer = 0, ticking = 0, told = performance.now(), leaving = false, said = false;

  // What is on the screen goes; drafts are kept by the server while they are typed.
  function over() {
    if (leaving) return;
    leaving = true;
    location.replace(`${signInUrl}?ended=1&next=${encodeURIComponent(location.pathname + location.search)}`);
  }

  async function hear(url, options) {
    try {
      const answer = await fetch(url, { ...options, redirect: "manual", cache: "no-store" });
      if (answer.type === "opaqueredirect" || answer.status === 403) return over();
      if (answer.ok) act(await answer.json());
      else again(5);
    } catch {
      again(5); // no network: asked again, and the server counts meanwhile
    }
  }
  const look = () => hear(leftUrl, { headers: { "X-Background": "idle" } });
  function stay() {
    told = performance.now();
    const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
    return hear(stayUrl, { method: "POST", headers: { "X-CSRFToken": token } });
  }

  function again(seconds) {
    clearTimeout(timer);
    timer = setTimeout(look, Math.min(Math.max(seconds, 0.5), 86_400) * 1000);
  }

  function act({ left, final }) {
    clearInterval(ticking);
    if (left > warned) {
      if (seat.open) seat.close();
      again(left - warned);
      return;
    }
    const end = performance.now() + left * 1000;
    asks.hidden = button.hidden = final;
    finals.hidden = !final;
    const draw = () => (count.textContent = String(Math.max(0, Math.ceil((end - performance.now()) / 1000))));
    draw();
    if (!seat.open && !(final && said)) seat.showModal();
    said = final; // a last word is said once: it can be put away to finish a sentence
    if (!final) button.focus();
    ticking = setInterval(draw, 1000);
    again(Math.min(left + 0.2, 10)); // another tab may have kept the session
  }

  function here(event) {
    if (!event.isTrusted || seat.open || performance.now() - told < sign) return;
    stay();
  }
  for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, here, { capture: true, passive: true });
  button.addEventListener("click", stay);
  seat.addEventListener("cancel", (event) => {
    if (button.hidden) return;
    event.preventDefault();
    stay();
  });
  document.addEventListener("visibilitychange", () => document.hidden || look()); // timers stand still while a machine sleeps
  again(Number(seat.dataset.seconds) - warned);
}
