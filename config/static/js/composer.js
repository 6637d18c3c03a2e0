// The composer: live meter, the character that makes a text dear, drafts, notes, sending.
import { announce } from "./announce.js";
import { ask, parts, put } from "./asking.js";
import { segmentCounter } from "./segments.js";
import { newest, showAnswer } from "./thread.js";
import { toast } from "./toasts.js";

const LONGEST = 1600;
const SAVE_AFTER = 800, ASK_AFTER = 600; // milliseconds without a key
const counter = segmentCounter(JSON.parse(document.getElementById("segment-tables").textContent));
const composer = () => document.getElementById("composer");
const body = () => document.getElementById("body");
const permission = () => document.getElementById("permission");
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
  drawClauses(note);
  drawMeter(note);
}

function drawClauses(note) {
  const { prefix, suffix } = permission().dataset;
  for (const [id, clause] of [["clause-before", prefix], ["clause-after", suffix]]) {
    const element = document.getElementById(id);
    element.textContent = clause.trim();
    element.hidden = note || !clause;
  }
}

function drawMeter(note) {
  const meter = document.getElementById("meter");
  const culprit = document.getElementById("culprit");
  meter.hidden = note;
  culprit.hidden = true;
  if (note) return;
  const { prefix, suffix } = permission().dataset;
  const typed = body().value.trim();
  const whole = typed ? prefix + typed + suffix : "";
  const { encoding, units, segments, culprits } = counter.count(whole);
  const [gauge, used, parts] = meter.children;
  const tooLong = [...whole].length > LONGEST;
  const room = segments > 1 ? segments * (encoding === "GSM-7" ? 153 : 67) : encoding === "GSM-7" ? 160 : 70;
  gauge.max = room;
  gauge.value = units;
  gauge.textContent = `${units} / ${room}`;
  used.textContent = tooLong ? `${[...whole].length.toLocaleString()} / ${LONGEST.toLocaleString()} ${meter.dataset.characters}` : `${units} / ${room}`;
  parts.textContent = segments === 1 ? meter.dataset.one : `${segments} ${meter.dataset.many}`;
  meter.dataset.level = tooLong ? "danger" : segments > 1 ? "warning" : "ok";
  if (culprits.length) drawCulprit(culprit, culprits, whole, segments);
}

// Names one character that makes the text dear, and offers the cheapest way out that changes nothing but such characters:
// typographic signs first, then letters without accents, then leaving the sign out. The clauses are not ours to change.
let way = (text) => text;
function drawCulprit(row, culprits, whole, segments) {
  const own = culprits.filter((one) => body().value.includes(one.character));
  if (!own.length) return;
  const plain = (text) => counter.simplify(counter.replace(text));
  const stubborn = (one) => counter.count(plain(one.character)).encoding !== "GSM-7";
  if (own.some((one) => stubborn(one) && /\p{L}/u.test(one.character))) return; // another alphabet: there is no way out
  const without = (text) => own.filter(stubborn).reduce((rest, one) => rest.replaceAll(one.character, ""), plain(text));
  const ways = [[counter.replace, (one) => one.replacement !== null], [plain, (one) => one.replacement === null], [without, stubborn]];
  const [change, concerns] = ways.find(([attempt]) => counter.count(attempt(whole)).encoding === "GSM-7") ?? ways[0];
  const blamed = own.find(concerns) ?? own[0];
  const cheaper = counter.count(change(whole)).segments;
  const saves = cheaper < segments;
  if (!saves && change === without) return; // an emoji in a short text costs nothing
  way = change;
  const [words, button] = row.querySelectorAll("span, button");
  const sentence = saves ? row.dataset.words : row.dataset.wordsRoom;
  words.replaceChildren(...sentence.split(/(%c)/).map((piece) => {
    if (piece !== "%c") return piece.replace("%m", segments).replace("%n", cheaper);
    const quoted = document.createElement("q");
    quoted.textContent = blamed.character.trim() || blamed.name || "\u2423";
    return quoted;
  }));
  button.textContent = offer(row, blamed, change, own.length, without);
  row.hidden = false;
}

function offer(row, blamed, change, several, without) {
  if (change === without) return row.dataset.drop.replace("%r", blamed.character);
  const instead = change(blamed.character);
  if (several > 1) return row.dataset.all.replace("%n", several);
  return instead === "" ? row.dataset.drop.replace("%r", "\u2423") : row.dataset.use.replace("%r", instead.trim() || "\u2423");
}

function makeCheaper() {
  const field = body();
  const caret = way(field.value.slice(0, field.selectionStart)).length;
  field.setRangeText(way(field.value), 0, field.value.length, "end");
  field.setSelectionRange(caret, caret);
  field.focus();
  written();
}

// --- Drafts and the gate's opinion, asked when the keys rest ---
let saveTimer = 0, askTimer = 0, unsaved = null, opinion = null;

function written() {
  grow();
  draw();
  unsaved = { url: composer().dataset.draft, body: body().value, mode: composer().dataset.mode };
  clearTimeout(saveTimer);
  saveTimer = setTimeout(save, SAVE_AFTER);
  clearTimeout(askTimer);
  if (!isNote()) askTimer = setTimeout(askGate, ASK_AFTER);
  document.body.dispatchEvent(new CustomEvent("writing"));
}

function save() {
  clearTimeout(saveTimer);
  if (!unsaved) return;
  const { url, ...fields } = unsaved;
  unsaved = null;
  ask(url, { body: form(fields), keepalive: true }).catch(() => {});
}

async function askGate() {
  const where = composer();
  opinion?.abort();
  opinion = new AbortController();
  try {
    const answer = await ask(where.dataset.preview, { body: form({ body: body().value }), signal: opinion.signal });
    if (!answer.ok || where !== composer()) return;
    const content = await parts(answer);
    for (const id of ["permission", "refusal"]) put(content.querySelector(`#${id}`));
    draw();
  } catch {
    // Asked again with the next key; the server decides when it is sent.
  }
}

function form(fields) {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
}

function grow() {
  const field = body();
  if (!CSS.supports("field-sizing", "content")) field.rows = Math.min(8, Math.max(2, field.value.split("\n").length));
}

// --- Sending ---
let sending = false;
async function send() {
  const where = composer();
  const field = body();
  if (sending) return;
  sending = true;
  const button = document.getElementById("send");
  button.setAttribute("aria-busy", "true");
  clearTimeout(askTimer);
  clearTimeout(saveTimer);
  const text = field.value;
  const fields = { body: text, after: newest(), in: document.getElementById("open").dataset.in, message_id: permission().dataset.messageId };
  try {
    const answer = await ask(where.dataset[isNote() ? "note" : "send"], { body: form(fields) });
    if (answer.ok || answer.status === 422) await settle(answer, where, text);
    else toast(document.getElementById("toasts").dataset.failedWord, { tone: "danger" });
  } catch {
    toast(document.getElementById("toasts").dataset.offlineWord, { tone: "danger" });
  } finally {
    sending = false;
    button.removeAttribute("aria-busy");
  }
}

async function settle(answer, where, text) {
  if (where !== composer()) return;
  if (answer.ok) {
    unsaved = null;
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
  if (event.target.id !== "body" || event.key !== "Enter" || event.isComposing || event.shiftKey) return;
  if (event.ctrlKey || event.metaKey || enterSends()) {
    event.preventDefault();
    send();
  }
});

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
addEventListener("pagehide", save);
document.addEventListener("visibilitychange", () => document.hidden && save());
document.body.addEventListener("permission-changed", draw);
document.body.addEventListener("thread-opened", start);

function start() {
  draw();
  drawEnter();
  // A page that was asked for with something written already (a reload, another device) counts it at once.
  if (body()?.value) grow();
}
start();
