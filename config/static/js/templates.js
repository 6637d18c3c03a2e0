// The picker of templates: opened by its button or by / in an empty text, steered by keys, and what was chosen goes into the box.
import { announce } from "./announce.js";

const body = () => document.getElementById("body");
const composer = () => document.getElementById("composer");
const isText = () => composer()?.dataset.mode === "text";
const COMMAND = /^\/[a-z0-9-]*$/i; // a slash and the beginning of a shortcut
const picker = () => document.querySelector("#sheet [data-templates]");
const search = () => picker()?.querySelector("[data-template-search]");
const rows = () => [...(picker()?.querySelectorAll("[data-template-row]") ?? [])];
const choices = () => rows().filter((row) => !row.hidden).map((row) => row.querySelector("button"));

document.addEventListener("input", (event) => {
  if (event.target === search()) filter();
  // Only the slash itself opens it: whoever closes the picker and writes on means the slash.
  if (event.target.id === "body" && event.data === "/" && isText() && body().value === "/") document.querySelector("#composer [data-slash]")?.click();
});

function filter() {
  const words = search().value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  for (const row of rows()) row.hidden = !words.every((word) => row.textContent.toLocaleLowerCase().includes(word));
  picker().querySelector("[data-template-none]").hidden = choices().length > 0;
}

document.addEventListener("keydown", (event) => {
  if (!picker() || event.isComposing || !event.target.closest("#sheet")) return;
  const all = choices(), at = all.indexOf(document.activeElement);
  if (event.key === "Enter" && event.target === search()) {
    event.preventDefault();
    all[0]?.click();
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.target.matches("select") || !all.length) return;
  event.preventDefault();
  if (at + step < 0) search().focus();
  else all[Math.min(at + step, all.length - 1)].focus();
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target?.id !== "sheet") return;
  const taken = detail.target.querySelector("[data-template-taken]");
  if (taken) take(taken);
  // What was typed behind the slash while the list was on its way is looked for in it.
  else if (search() && isText() && COMMAND.test(body()?.value ?? "") && !search().value) {
    search().value = body().value.length > 1 ? body().value : "";
    filter();
    queueMicrotask(() => search()?.focus());
  }
});

function take(taken) {
  const text = taken.textContent, { origin } = taken.dataset;
  taken.remove();
  const field = body();
  if (!field) return;
  const whole = !field.value.trim() || COMMAND.test(field.value);
  if (whole) field.value = text;
  else field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  if (isText()) composer().dataset.origin = origin;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
  announce(text);
}

// An emptied box begins anew; a template that was archived meanwhile is none any more.
document.addEventListener("input", (event) => {
  if (event.target.id === "body" && !body().value.trim()) composer().dataset.origin = "";
}, true);
document.body.addEventListener("origin-gone", () => {
  if (composer()) composer().dataset.origin = "";
  body()?.dispatchEvent(new Event("input", { bubbles: true }));
});
