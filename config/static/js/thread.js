// The open thread: new items come in by themselves, statuses change in place, nothing that is being written is touched.
import { ask, fire, merge, parts, put, update } from "./asking.js";

const NEAR = 120; // pixels from the end within which a new text scrolls into view
const pane = () => document.getElementById("open");
const messages = () => document.getElementById("messages");
const log = () => document.getElementById("log");
const jump = () => document.querySelector(".log-jump");

let pinned = true; // the end is in view and stays there, also when the composer grows or a keyboard opens
const atEnd = () => log().scrollHeight - log().scrollTop - log().clientHeight < NEAR;
const resized = new ResizeObserver(() => pinned && toEnd());
export function toEnd() {
  if (log()) log().scrollTop = log().scrollHeight;
  if (jump()) jump().hidden = true;
}

/** The place of the newest item on the page. */
export const newest = () => messages()?.lastElementChild?.dataset.cursor ?? "";

/** Puts an answer of the server into the page: items by their order, everything else by its id. */
export function show(content, { follow = false } = {}) {
  const stay = follow || pinned;
  const news = content.querySelector("#update");
  const items = content.querySelector("#new-items");
  const added = items && messages() ? merge(messages(), [...items.children]) : [];
  for (const id of ["thread-who", "thread-acts", "thread-notices", "thread-upcoming", "permission", "refusal", "composer-error", "presence"]) {
    const fresh = content.querySelector(`#${id}`);
    if (fresh) put(fresh);
  }
  const details = content.querySelector("#details");
  if (details && !document.getElementById("details")?.contains(document.activeElement)) put(details);
  if (news) identify(news.dataset);
  document.body.dispatchEvent(new CustomEvent("permission-changed"));
  const texts = added.filter((item) => item.matches(".message, .note"));
  if (stay) toEnd();
  else if (texts.length && jump()) jump().hidden = false;
  if (texts.some((item) => item.matches(".message.in"))) read();
}

// The thread has gone on in another conversation: the page says so in its address.
function identify({ conversation, base }) {
  const open = pane();
  if (open.dataset.conversation === conversation) return;
  Object.assign(open.dataset, { conversation, base });
  history.replaceState(history.state, "", `${base}?in=${open.dataset.in}`);
  listen();
}

let asking = null, again = false;
/** Fetches what is new in the open thread. */
export async function refresh() {
  const open = pane();
  if (!open?.dataset.conversation) return;
  if (asking === open) {
    again = true;
    return;
  }
  asking = open;
  try {
    const answer = await ask(`${open.dataset.base}updates/?in=${open.dataset.in}&after=${newest()}`, { background: true });
    if (open !== pane()) return;
    if (answer.status === 404) document.querySelector("#open .back")?.click(); // no longer ours to read
    else if (answer.ok) show(await parts(answer));
  } catch {
    // The next event, or the resync after a lost connection, fetches it.
  } finally {
    if (asking === open) asking = null;
    if (again) {
      again = false;
      refresh();
    }
  }
}

async function refreshText(id) {
  const open = pane();
  if (!document.getElementById(`message-${id}`)) return refresh();
  const answer = await ask(`${open.dataset.base}texts/${id}/`, { background: true }).catch(() => null);
  if (!answer?.ok || open !== pane()) return;
  const stay = pinned;
  const fresh = (await parts(answer)).querySelector(".message");
  if (fresh) update(fresh);
  if (stay) toEnd();
}

// --- What was seen is read ---
let unseen = false;
function read() {
  if (document.hidden) {
    unseen = true;
    return;
  }
  unseen = false;
  ask(`${pane().dataset.base}read/`, { body: new FormData() }).catch(() => {});
}
document.addEventListener("visibilitychange", () => {
  if (unseen && !document.hidden && pane()?.dataset.conversation) read();
});

// --- Live events of the conversation that is open ---
let deaf = new AbortController();
function listen() {
  deaf.abort();
  deaf = new AbortController();
  const id = pane()?.dataset.conversation;
  if (!id) return;
  document.body.addEventListener(`live:conversation-${id}`, ({ detail }) => {
    if (detail.kind === "status") refreshText(detail.message);
    else refresh();
  }, { signal: deaf.signal });
}
document.body.addEventListener("live:resync", refresh);
document.body.addEventListener("contact-changed", refresh);
document.body.addEventListener("conversation-changed", ({ detail }) => {
  if (detail.conversation === pane()?.dataset.conversation) refresh();
});
document.body.addEventListener("thread-opened", start);

function start() {
  listen();
  resized.disconnect();
  const found = messages()?.querySelector(".is-found"); // one that was looked for
  pinned = !found;
  toEnd();
  if (found) {
    log().scrollTop += found.getBoundingClientRect().top - log().getBoundingClientRect().top - log().clientHeight / 3;
    found.focus({ preventScroll: true });
  }
  if (!log()) return;
  resized.observe(log());
  resized.observe(messages());
  log().addEventListener("scroll", () => {
    pinned = atEnd();
    if (pinned) jump().hidden = true;
  }, { passive: true });
}

document.addEventListener("click", async (event) => {
  if (event.target.closest("[data-jump]")) {
    toEnd();
    log().focus();
  }
  const button = event.target.closest("[data-earlier]");
  if (!button) return;
  button.setAttribute("aria-busy", "true");
  const answer = await ask(button.dataset.earlier).catch(() => null);
  button.removeAttribute("aria-busy");
  if (!answer?.ok) return;
  const content = await parts(answer);
  const box = log();
  const fromEnd = box.scrollHeight - box.scrollTop;
  pinned = false;
  box.setAttribute("aria-live", "off"); // what is old is no news
  merge(messages(), [...content.querySelector("#new-items").children]);
  box.scrollTop = box.scrollHeight - fromEnd;
  setTimeout(() => box.removeAttribute("aria-live"), 500);
  const next = content.querySelector("#earlier");
  if (next) button.dataset.earlier = next.dataset.url;
  else {
    button.parentElement.remove();
    messages().querySelector(".message, .note")?.focus({ preventScroll: true });
  }
});

/** Shows the answer to something that was written, also when it was refused. */
export async function showAnswer(answer, options) {
  show(await parts(answer), options);
  fire(answer);
}

start();
