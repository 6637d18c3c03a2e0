// The composer: live meter, the character that makes a text dear, drafts, notes, sending.
import { announce } from "./announce.js";
import { ask, parts, put } from "./asking.js";
import { attached, sent, uploaded } from "./attaching.js";
import { cheaper, drawMeter } from "./meter.js";
import { newest, showAnswer } from "./thread.js";
import { toast } from "./toasts.js";

const SAVE_AFTER = 800, ASK_AFTER = 600; // milliseconds without a key
const composer = () => document.getElementById("composer");
const body = () => document.getElementById("body");
const permission = () => document.getElementById("permission");
const because = () => document.getElementById("because");
const isNote = () => composer()?.dataset.mode === "note";

// --- What is shown: box or refusal, text or note, clauses, meter ---
export function draw() {
  const form = composer();
  if (!form) return;
  const state = permission().dataset.state;
  const note = isNote();
  const box = document.getElementById("composer-box");
  const refusal = document.getElementById("refusal");
  if (refusal.classList.contains("refusal")) refusal.hidden = note;
  if (!box) return;
  box.hidden = !note && (state === "no" || !("maySend" in permission().dataset));
  box.classList.toggle("is-note", note);
  for (const button of form.querySelectorAll("button[data-mode]")) button.setAttribute("aria-pressed", String(button.dataset.mode === form.dataset.mode));
  for (const element of box.querySelectorAll("label[data-note], .button-primary [data-note]")) element.textContent = element.dataset[form.dataset.mode];
  body().placeholder = body().dataset[form.dataset.mode];
  drawLater(!note && state === "later");
  const { held } = permission().dataset;
  if (held && !note) document.querySelector("#send [data-text]").textContent = held;
  drawClauses(note);
  drawMeter(note ? null : body().value.trim(), permission().dataset, attached().length);
}

function drawClauses(note) {
  const { prefix, suffix } = permission().dataset;
  for (const [id, clause] of [["clause-before", prefix], ["clause-after", suffix]]) {
    const element = document.getElementById(id);
    element.textContent = clause.trim();
    element.hidden = note || !clause;
  }
}

// It is night where the customer is: the usual way to send now lets the text wait, and a second one does not.
function drawLater(isLater) {
  const anyway = document.getElementById("send-anyway"), { later } = permission().dataset;
  if (!anyway) return;
  anyway.hidden = !isLater;
  anyway.closest(".composer-box").classList.toggle("is-later", isLater);
  document.getElementById("send").hidden = isLater && !later;
  if (isLater && later) document.querySelector("#send [data-text]").textContent = later;
}

function makeCheaper() {
  const field = body();
  const caret = cheaper(field.value.slice(0, field.selectionStart)).length;
  field.setRangeText(cheaper(field.value), 0, field.value.length, "end");
  field.setSelectionRange(caret, caret);
  field.focus();
  written();
}

// --- Drafts and the gate's opinion, asked when the keys rest ---
let saveTimer = 0, askTimer = 0, unsaved = null, opinion = null;
let drafts = [], saving = null; // what is to be saved, oldest first, and the promise that it is

function written() {
  grow();
  draw();
  unsaved = { url: composer().dataset.draft, body: body().value, mode: composer().dataset.mode, origin: isNote() ? "" : composer().dataset.origin };
  clearTimeout(saveTimer);
  saveTimer = setTimeout(save, SAVE_AFTER);
  clearTimeout(askTimer);
  if (!isNote()) askTimer = setTimeout(askGate, ASK_AFTER);
  document.body.dispatchEvent(new CustomEvent("writing"));
}

/** One after the other, or an older draft would overtake a newer one; a page that is left cannot wait for that. */
function save({ leaving = false } = {}) {
  clearTimeout(saveTimer);
  if (unsaved) drafts.push(unsaved);
  unsaved = null;
  if (leaving) drafts.splice(0).forEach(saveOne);
  else saving ??= saveAll().finally(() => { saving = null; });
}

async function saveAll() {
  while (drafts.length) await saveOne(drafts.shift());
}

function saveOne({ url, ...fields }) {
  return ask(url, { body: form(fields), keepalive: true }).catch(() => {});
}

async function askGate({ background = false } = {}) {
  const where = composer();
  const { messageId } = permission().dataset;
  opinion?.abort();
  opinion = new AbortController();
  try {
    const answer = await ask(where.dataset.preview, { body: form({ body: body().value }), background, signal: opinion.signal });
    if (!answer.ok || where !== composer()) return;
    const content = await parts(answer);
    // Nothing was written since: what is sent once more is still the same text.
    if (background) content.querySelector("#permission").dataset.messageId = messageId;
    const why = because()?.value;
    for (const id of ["permission", "refusal"]) put(content.querySelector(`#${id}`));
    if (why && because()) because().value = why;
    draw();
  } catch {
    // Asked again with the next key; the server decides when it is sent.
  }
}

function form(fields) {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) data.append(name, one);
  return data;
}

function grow() {
  const field = body();
  if (!CSS.supports("field-sizing", "content")) field.rows = Math.min(8, Math.max(2, field.value.split("\n").length));
}

// Each minute the time there is another one, and at some their night begins or ends.
function eachMinute() {
  setTimeout(eachMinute, 60_000 - (Date.now() % 60_000) + 500);
  if (composer() && body() && !document.hidden && !isNote() && !sending) askGate({ background: true });
}

// --- Sending ---
let sending = false;
/** Sends what is written, or keeps it for later: `later` is where and with what besides. Resolves to a dialog that asks on. */
export async function send(outsideHours, why, later) {
  const where = composer();
  const field = body();
  if (sending) return null;
  sending = true;
  const button = document.getElementById("send");
  button.setAttribute("aria-busy", "true");
  clearTimeout(askTimer);
  clearTimeout(saveTimer);
  await uploaded();
  await saving; // a draft that arrives after its text would come back as if it had not been sent
  const text = field.value, files = isNote() ? [] : attached();
  const fields = { body: text, after: newest(), in: document.getElementById("open").dataset.in, message_id: permission().dataset.messageId, file: files };
  if (later) Object.assign(fields, later.fields);
  else if (!isNote() && permission().dataset.state === "later") fields.outside_hours = outsideHours ?? "wait";
  if (why) fields.because = why;
  if (isNote() && where.dataset.mentioned) fields.mentioned = where.dataset.mentioned.split(" ");
  if (!isNote() && where.dataset.origin) fields.origin = where.dataset.origin;
  try {
    const answer = await ask(later?.url ?? where.dataset[isNote() ? "note" : "send"], { body: form(fields) });
    if (later && answer.status === 422) {
      const asking = (await parts(answer.clone())).querySelector("dialog");
      if (asking) return asking;
    }
    if (later) document.dispatchEvent(new CustomEvent("close-sheet"));
    if (answer.ok || answer.status === 422) await settle(answer, where, text, files);
    else toast(document.getElementById("toasts").dataset.failedWord, { tone: "danger" });
  } catch {
    toast(document.getElementById("toasts").dataset.offlineWord, { tone: "danger" });
  } finally {
    sending = false;
    button.removeAttribute("aria-busy");
  }
  return null;
}

async function settle(answer, where, text, files) {
  if (where !== composer()) return;
  if (answer.ok) {
    unsaved = null;
    where.dataset.origin = where.dataset.mentioned = "";
    sent(files);
    // Whatever was typed while the text was on its way stays.
    body().value = body().value.startsWith(text) ? body().value.slice(text.length).trimStart() : body().value;
    if (where.dataset.mode === "note" && where.querySelector("button[data-mode=text]")) where.dataset.mode = "text";
    grow();
  }
  await showAnswer(answer, { follow: answer.ok });
  draw();
  if (answer.ok) document.body.dispatchEvent(new CustomEvent("written"));
  if (!body().checkVisibility()) document.querySelector("#refusal")?.scrollIntoView({ block: "nearest" });
  else if (!answer.ok) body().focus();
}

// --- Keys and presses ---
const enterSends = () => document.cookie.split("; ").includes("enter=sends");
function drawEnter() {
  document.querySelector("[data-enter-sends]")?.setAttribute("aria-pressed", String(enterSends()));
}

document.addEventListener("submit", (event) => {
  if (event.target.id !== "composer") return;
  event.preventDefault();
  send();
});

document.addEventListener("input", (event) => {
  if (event.target.id === "body") written();
});

document.addEventListener("keydown", (event) => {
  if (event.target.id === "because" && event.key === "Enter" && !event.isComposing) {
    event.preventDefault();
    explain();
  }
  if (event.target.id !== "body" || event.key !== "Enter" || event.isComposing || event.shiftKey) return;
  if (event.ctrlKey || event.metaKey || enterSends()) {
    event.preventDefault();
    send();
  }
});

// Why a text that may hold what must not be texted leaves all the same: asked for, and sent with it.
function explain() {
  const why = because().value.trim();
  if (why) send(undefined, why);
  else because().focus();
}

document.addEventListener("click", (event) => {
  const mode = event.target.closest("#composer button[data-mode]");
  if (mode) {
    const next = mode.dataset.key && isNote() ? "text" : mode.dataset.mode; // `n` goes both ways
    composer().dataset.mode = next;
    written();
    if (body().checkVisibility()) body().focus();
  }
  if (event.target.closest("[data-write-note]")) composer().querySelector("button[data-mode=note]")?.click();
  if (event.target.closest("#culprit button")) makeCheaper();
  if (event.target.closest("#send-explained")) explain();
  if (event.target.closest("#send-anyway")) send("send");
  const enter = event.target.closest("[data-enter-sends]");
  if (enter) {
    document.cookie = `enter=${enterSends() ? "breaks" : "sends"}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
    drawEnter();
    announce(`${enter.title}: ${enter.getAttribute("aria-pressed")}`);
  }
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id === "open") save();
});
addEventListener("pagehide", () => save({ leaving: true }));
document.addEventListener("visibilitychange", () => document.hidden && save({ leaving: true }));
document.body.addEventListener("permission-changed", draw);
document.body.addEventListener("files-changed", draw);
document.body.addEventListener("thread-opened", start);

function start() {
  draw();
  drawEnter();
  // A page that was asked for with something written already (a reload, another device) counts it at once.
  // The gate says what it thinks of it before it is sent, as of what is written here.
  if (!body()?.value) return;
  grow();
  if (!isNote()) askGate({ background: true });
}
start();
setTimeout(eachMinute, 60_000 - (Date.now() % 60_000) + 500);

// --- What was begun here goes on in a dialog that takes it over; once it is sent there, it is gone here ---
let taken = "";
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const field = detail.target?.id === "sheet" && detail.target.querySelector("[data-takes-text]");
  if (!field || field.value || !body() || isNote()) return;
  field.value = taken = body().value;
});
document.body.addEventListener("text-taken", () => {
  if (!taken || body()?.value !== taken || isNote()) return;
  body().value = taken = "";
  written();
});
