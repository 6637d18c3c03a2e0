// Short news at the foot of the page, with a way back where there is one. Lives in the top layer, above dialogs.
import { announce } from "./announce.js";

const SECONDS = { plain: 6, undo: 12 };
const ICONS = { danger: "octagon-alert", warning: "triangle-alert", success: "circle-check" };
const region = document.getElementById("toasts");

function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.appendChild(document.createElementNS(space, "use")).setAttribute("href", `#i-${name}`);
  return svg;
}

function button(text, kind, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `button button-quiet button-small ${kind}`;
  made.append(text);
  made.addEventListener("click", act);
  return made;
}

/** Shows a text. `tone` as in the design; `undo` is an address that is POSTed. */
export function toast(text, { tone = "neutral", undo = "" } = {}) {
  if (!region || !text) return;
  const item = document.createElement("div");
  item.className = "toast";
  item.dataset.tone = tone;
  const words = document.createElement("p");
  words.textContent = text;
  item.append(icon(ICONS[tone] ?? "info"), words);
  const away = () => {
    item.remove();
    if (!region.children.length) region.hidePopover();
  };
  if (undo) item.append(button(region.dataset.undoWord, "toast-undo", () => {
    away();
    htmx.ajax("POST", undo, { target: "body", swap: "none" });
  }));
  const close = button("", "button-icon", away);
  close.append(icon("x"));
  close.setAttribute("aria-label", region.dataset.closeWord);
  item.append(close);
  // Shown anew each time, so that it stands above a dialog that was opened since.
  if (region.matches(":popover-open")) region.hidePopover();
  region.append(item);
  region.showPopover();
  if (document.querySelector("dialog[open]")) announce(text);
  let timer = 0;
  const start = () => { timer = setTimeout(away, 1000 * (undo ? SECONDS.undo : SECONDS.plain)); };
  const stop = () => clearTimeout(timer);
  for (const name of ["pointerenter", "focusin"]) item.addEventListener(name, stop);
  for (const name of ["pointerleave", "focusout"]) item.addEventListener(name, start);
  start();
}

document.addEventListener("toast", (event) => toast(event.detail.text, event.detail));
for (const waiting of document.querySelectorAll("#toasts > [data-toast]")) {
  waiting.remove();
  toast(waiting.dataset.toast, { tone: waiting.dataset.tone, undo: waiting.dataset.undo });
}
