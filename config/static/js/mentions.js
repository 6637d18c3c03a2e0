// Colleagues in notes: after an @ a list opens, steered by keys (a combobox whose list follows the box, as in WAI-ARIA).
// Only whoever may see the conversation is in it; the server looks again when the note is left.
import { announce } from "./announce.js";
import { ask } from "./asking.js";

const MOST = 8;
const composer = () => document.getElementById("composer");
const body = () => document.getElementById("body");
const list = () => document.getElementById("mentions");
const options = () => [...list().querySelectorAll("[role=option]")];
const isNote = () => composer()?.dataset.mode === "note";
const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

let people = null, whose = ""; // of which conversation they are
async function colleagues() {
  const address = composer().dataset.colleagues;
  if (!people || whose !== address) {
    const answer = await ask(address);
    if (!answer.ok) return [];
    [people, whose] = [(await answer.json()).colleagues, address];
  }
  return people;
}
// Whoever came or lost a right meanwhile: asked anew with the next note.
document.body.addEventListener("written", () => { people = null; });
document.body.addEventListener("thread-opened", () => { people = null; close(); });

// What stands between the last @ and the caret, when it may become a name.
function begun() {
  const field = body();
  if (!field || !isNote() || field.selectionStart !== field.selectionEnd) return null;
  const before = field.value.slice(0, field.selectionStart);
  const at = before.lastIndexOf("@");
  if (at < 0 || /[\p{L}\p{N}_]/u.test(before[at - 1] ?? "")) return null;
  const name = before.slice(at + 1);
  return name.length <= 60 && !/^\s|\n/.test(name) ? { at, name } : null;
}

async function look() {
  const asked = begun();
  if (!asked || !list()) return close();
  const all = await colleagues().catch(() => []);
  const now = begun();
  if (!now || now.name !== asked.name) return undefined; // more was typed meanwhile, which looks for itself
  const wanted = folded(now.name);
  const fits = (name) => folded(name).startsWith(wanted) || folded(name).split(/\s+/).some((word) => word.startsWith(wanted));
  const found = all.filter((one) => fits(one.name)).slice(0, MOST);
  return found.length && !(found.length === 1 && folded(found[0].name) === wanted) ? open(found) : close();
}

function open(found) {
  list().replaceChildren(...found.map((one, index) => {
    const option = document.createElement("li");
    Object.assign(option, { id: `mention-${index}`, textContent: one.name, className: "mention" });
    option.setAttribute("role", "option");
    option.dataset.id = one.id;
    return option;
  }));
  list().hidden = false;
  body().setAttribute("aria-controls", "mentions");
  choose(0);
  announce(list().dataset.words.replace("%n", found.length));
}

function close() {
  if (!list() || list().hidden) return;
  list().hidden = true;
  for (const name of ["aria-controls", "aria-activedescendant"]) body()?.removeAttribute(name);
}

const chosen = () => options().findIndex((option) => option.getAttribute("aria-selected") === "true");
function choose(index) {
  options().forEach((option, place) => option.setAttribute("aria-selected", String(place === index)));
  body().setAttribute("aria-activedescendant", `mention-${index}`);
  options()[index].scrollIntoView({ block: "nearest" });
}

function take(option) {
  const now = begun();
  if (!now) return close();
  const field = body();
  field.setRangeText(`@${option.textContent} `, now.at, field.selectionStart, "end");
  const ids = new Set((composer().dataset.mentioned ?? "").split(" ").filter(Boolean));
  composer().dataset.mentioned = [...ids.add(option.dataset.id)].join(" ");
  close();
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
  return undefined;
}

document.addEventListener("input", (event) => {
  if (event.target.id === "body") look();
});

// Before the composer's own keys: Enter takes a name while the list is open.
document.addEventListener("keydown", (event) => {
  if (event.target.id !== "body" || event.isComposing || !list() || list().hidden) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const all = options();
  if (step) choose((chosen() + step + all.length) % all.length);
  else if ((event.key === "Enter" || event.key === "Tab") && !event.ctrlKey && !event.metaKey && !event.shiftKey) take(all[chosen()]);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

document.addEventListener("pointerdown", (event) => {
  const option = event.target.closest("#mentions [role=option]");
  if (option) {
    event.preventDefault(); // the caret stays where it is
    take(option);
  } else if (!event.target.closest("#body")) close();
});
document.addEventListener("focusout", (event) => event.target.id === "body" && close());
