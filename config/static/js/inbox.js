// The list of conversations: opening, moving with keys, staying up to date. The open thread has its own modules.
import { announce } from "./announce.js";
import { ask, merge, parts, put } from "./asking.js";
import "./composer.js";
import "./later.js";
import "./mentions.js";
import "./presence.js";
import "./sheet.js";
import "./templates.js";
import { refresh } from "./thread.js";
import "./when.js";

const inbox = document.getElementById("inbox");
const list = () => document.getElementById("conversations");
const links = () => [...(list()?.querySelectorAll(".conversation > a") ?? [])];
const openPane = () => document.getElementById("open");
const filterKey = () => document.getElementById("filters")?.dataset.filter ?? "";
const plainTitle = document.title;

// --- The window's title says how many wait ---
function showUnread() {
  const unread = Number(document.getElementById("filters")?.dataset.unread ?? 0);
  document.title = unread ? `(${unread > 99 ? "99+" : unread}) ${plainTitle}` : plainTitle;
}

// --- Which row is open ---
function markOpen() {
  const id = openPane()?.dataset.conversation;
  for (const link of links()) {
    if (link.parentElement.id === `conversation-${id}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

// --- Staying up to date ---
let asking = false, again = false;
async function refreshList() {
  if (list()?.hasAttribute("data-searched")) return; // what was found stays until it is searched for again
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  const filter = filterKey();
  try {
    const answer = await ask(`${inbox.dataset.rows}?in=${encodeURIComponent(filter)}`, { background: true });
    if (answer.ok && filter === filterKey()) showRows(await parts(answer));
  } catch {
    // The next event, or the resync after a lost connection, fetches it.
  } finally {
    asking = false;
    if (again) {
      again = false;
      refreshList();
    }
  }
}

function showRows(content) {
  put(content.querySelector("#filters"));
  const fresh = content.querySelector("#conversations");
  const old = list();
  if (old.tagName !== "UL" || fresh.tagName !== "UL") {
    put(fresh);
  } else {
    const rows = [...fresh.querySelectorAll(".conversation")];
    const ids = new Set(rows.map((row) => row.id));
    // Rows below the first page were fetched later and are only refreshed when they rise into it.
    const end = fresh.querySelector("#more") ? rows.at(-1).dataset.cursor : "";
    for (const row of old.querySelectorAll(".conversation")) if (!ids.has(row.id) && row.dataset.cursor >= end) leave(row);
    merge(old, rows, true);
    if (!document.getElementById("more") && fresh.querySelector("#more")) old.append(fresh.querySelector("#more"));
  }
  markOpen();
  showUnread();
  followCustomer();
}

// A row that goes while it has the focus hands it to its neighbour.
function leave(row) {
  const focused = row.contains(document.activeElement);
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  if (focused) next?.querySelector("a, button")?.focus();
}

// The customer of a resolved conversation wrote again: the thread goes on in the new conversation.
function followCustomer() {
  const pane = openPane();
  const thread = pane?.dataset.thread;
  const newer = thread && list().querySelector(`[data-thread="${CSS.escape(thread)}"]`);
  if (newer && newer.id !== `conversation-${pane.dataset.conversation}`) refresh();
}

// The open thread asks first: what somebody is reading matters more than the list beside it.
let soon = 0;
document.body.addEventListener("live:list", () => {
  soon ||= setTimeout(() => {
    soon = 0;
    refreshList();
  }, 120);
});
document.body.addEventListener("conversation-changed", () => {
  if (list()?.hasAttribute("data-searched")) htmx.trigger("#search", "submit");
  else refreshList();
});
document.body.addEventListener("contact-changed", refreshList);

// While nobody looks, the title alone is kept up to date.
let waiting = 0;
for (const line of inbox.dataset.lines.split(" ").filter(Boolean)) {
  document.body.addEventListener(`live:line-${line}`, (event) => {
    if (!document.hidden || waiting || event.detail.kind === "status") return;
    waiting = setTimeout(async () => {
      waiting = 0;
      const answer = await ask(`${inbox.dataset.counts}?in=${encodeURIComponent(filterKey())}`, { background: true }).catch(() => null);
      if (!answer?.ok) return;
      put((await parts(answer)).querySelector("#filters"));
      showUnread();
    }, 2000);
  });
}

document.addEventListener("click", async (event) => {
  const more = event.target.closest("[data-more]");
  if (!more) return;
  more.setAttribute("aria-busy", "true");
  const answer = await ask(more.dataset.more).catch(() => null);
  more.removeAttribute("aria-busy");
  if (!answer?.ok) return;
  const content = await parts(answer);
  more.closest("li").remove();
  const rows = merge(list(), content.querySelectorAll(".conversation"), true);
  const next = content.querySelector("#more");
  if (next) list().append(next);
  rows[0]?.querySelector("a").focus();
});

// --- Opening ---
document.addEventListener("htmx:afterSwap", (event) => {
  const id = event.detail.target?.id;
  if (id === "open") opened();
  if (id === "list") document.querySelector("#filters [aria-current]")?.focus({ preventScroll: true });
  if (id === "list" || id === "conversations") {
    markOpen();
    showUnread();
  }
  if (id === "conversations") announce(document.querySelector("#conversations .empty-title")?.textContent ?? "");
});

let leftFrom = "";
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id === "open") leftFrom = openPane().dataset.conversation ?? "";
});

function opened() {
  markOpen();
  const row = document.getElementById(`conversation-${openPane().dataset.conversation}`);
  row?.removeAttribute("data-unread");
  row?.querySelector(".count")?.remove();
  const heading = document.getElementById("thread-name");
  if (heading) heading.focus({ preventScroll: true });
  else (document.querySelector(`#conversation-${CSS.escape(leftFrom)} > a`) ?? links()[0])?.focus();
  document.body.dispatchEvent(new CustomEvent("thread-opened"));
}

document.body.addEventListener("leave-conversation", () => document.querySelector("#open .back")?.click());

// --- Keys: j and k (or the arrows inside the list) move, Enter opens, Escape goes back on a phone ---
const typing = (target) => target.isContentEditable || target.matches?.("input, textarea, select");

function move(step) {
  const all = links();
  if (!all.length) return;
  const here = all.indexOf(document.activeElement);
  const from = here >= 0 ? here : all.findIndex((link) => link.hasAttribute("aria-current"));
  const next = from < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, from + step));
  all[next].focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open], :popover-open:not(#toasts)")) return;
  const singleKeys = !document.cookie.split("; ").includes("keys=off");
  const inList = document.activeElement?.matches(".conversation > a");
  const step = { j: singleKeys && 1, k: singleKeys && -1, ArrowDown: inList && 1, ArrowUp: inList && -1 }[event.key];
  if (step && !typing(event.target)) {
    event.preventDefault();
    move(step);
  } else if (event.key === "Escape") {
    escape(event);
  }
});

function escape(event) {
  if (event.target.id === "q" && event.target.value) return;
  if (typing(event.target)) {
    event.target.blur();
    return;
  }
  const back = document.querySelector("#open .back");
  if (back?.checkVisibility()) back.click();
}

markOpen();
showUnread();
