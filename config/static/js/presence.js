// Who else is here: this page says that it is looked at, and that somebody writes, while it is in front.
import { ask, parts, put } from "./asking.js";

const VIEWING_EVERY = 10_000, TYPING_EVERY = 3_000, STILL_TYPING = 4_000; // milliseconds
const pane = () => document.getElementById("open");
let timer = 0, typedAt = 0, toldTyping = -Infinity, where = "";

async function say(state, { leaving = false, base = pane()?.dataset.base } = {}) {
  if (!base) return;
  const body = new FormData();
  body.set("state", state);
  const answer = await ask(`${base}presence/`, { body, background: true, keepalive: leaving }).catch(() => null);
  if (leaving || !answer?.ok || base !== pane()?.dataset.base) return;
  const fresh = (await parts(answer)).querySelector("#presence");
  if (fresh) put(fresh);
}

const state = () => (performance.now() - typedAt < STILL_TYPING && typedAt ? "typing" : "viewing");

function beat() {
  clearInterval(timer);
  if (document.hidden || !pane()?.dataset.conversation) return;
  say(state());
  timer = setInterval(() => say(state()), VIEWING_EVERY);
}

function leave() {
  clearInterval(timer);
  if (where) say("gone", { leaving: true, base: where });
}

document.body.addEventListener("writing", () => {
  typedAt = performance.now();
  if (typedAt - toldTyping < TYPING_EVERY) return;
  toldTyping = typedAt;
  say("typing");
  // What is not said again fades; saying that it ended is quicker.
  setTimeout(() => state() === "viewing" && say("viewing"), STILL_TYPING + 100);
});
document.body.addEventListener("written", () => {
  [typedAt, toldTyping] = [0, -Infinity];
  say("viewing");
});

let deaf = new AbortController();
function start() {
  if (where && where !== pane()?.dataset.base) leave();
  deaf.abort();
  deaf = new AbortController();
  [where, typedAt, toldTyping] = [pane()?.dataset.base ?? "", 0, -Infinity];
  const id = pane()?.dataset.conversation;
  if (!id) return;
  document.body.addEventListener(`live:presence-${id}`, look, { signal: deaf.signal });
  beat();
}

// Somebody came, went or began to write: looking again says who.
let looking = 0;
function look() {
  if (document.hidden) return;
  clearTimeout(looking);
  looking = setTimeout(() => say(state()), 150);
}

document.body.addEventListener("thread-opened", start);
document.addEventListener("visibilitychange", () => (document.hidden ? leave() : beat()));
addEventListener("pagehide", leave);
start();
