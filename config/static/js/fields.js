// Small comforts of form fields: characters left, show a password, copy a text.
import { announce } from "./announce.js";

let quiet = 0;

function counted(control) {
  const limit = Number(control.dataset.counter);
  const words = document.getElementById(`${control.id}_counter`);
  if (!words || !limit) return;
  words.dataset.plain ??= words.textContent;
  const used = [...control.value].length;
  words.textContent = used ? `${used} / ${limit}` : words.dataset.plain;
  words.toggleAttribute("data-over", used > limit);
  clearTimeout(quiet);
  // Read aloud only after a pause, and only when the end is near.
  if (used > limit * 0.9) quiet = setTimeout(() => announce(words.textContent), 1000);
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-counter]")) counted(event.target);
});

function prepare(within) {
  for (const control of within.querySelectorAll("[data-counter]")) counted(control);
  for (const button of within.querySelectorAll("[data-show]")) button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const show = event.target.closest("[data-show]");
  if (show) {
    const control = document.getElementById(show.dataset.show);
    const visible = control.type === "password";
    control.type = visible ? "text" : "password";
    show.setAttribute("aria-pressed", String(visible));
    const word = show.textContent;
    show.textContent = show.dataset.hideWord;
    show.dataset.hideWord = word;
  }
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    const source = document.querySelector(copy.dataset.copy);
    await navigator.clipboard?.writeText((source.value ?? source.innerText).trim());
    copy.dataset.copied = "yes";
    if (copy.dataset.copiedWord) announce(copy.dataset.copiedWord);
  }
});

document.addEventListener("htmx:afterSettle", (event) => prepare(event.detail.elt));
prepare(document);
