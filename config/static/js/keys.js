// Keys: any element with data-key is pressed (or, if it is a field, focused) by that key. "g 1" is g, then 1.
// People who steer by voice or by accident can switch single keys off in the keyboard sheet (WCAG 2.1.4).
import { openDialog } from "./dialogs.js";

const PATIENCE = 900; // milliseconds between the two keys of a pair
let first = "", timer = 0;

const off = () => document.cookie.split("; ").includes("keys=off");
const typing = (target) => target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio]), textarea, select");

function press(element) {
  if (element.matches("input, textarea, select")) element.focus();
  else element.click();
}

function find(keys) {
  const within = document.querySelector("dialog[open]") ?? document;
  return [...within.querySelectorAll(`[data-key="${CSS.escape(keys)}"]`)].find((element) => !element.disabled && (element.checkVisibility() || element.closest("[popover]")));
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || off()) return;
  if (event.key.length > 1 || typing(event.target)) return;
  const keys = first ? `${first} ${event.key}` : event.key;
  clearTimeout(timer);
  const element = find(keys);
  first = "";
  if (element) {
    event.preventDefault();
    press(element);
  } else if (keys === "?" && !document.querySelector("dialog[open]")) {
    openDialog("keys");
  } else if (document.querySelector(`[data-key^="${CSS.escape(event.key)} "]`)) {
    first = event.key;
    timer = setTimeout(() => { first = ""; }, PATIENCE);
  }
});

// Ctrl-K opens the search, also while one is writing.
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || document.querySelector("dialog[open]")) return;
  const target = document.querySelector("[data-search-field]") ?? document.getElementById("open-search");
  if (!target) return;
  event.preventDefault();
  press(target);
});

const choice = document.querySelector("[data-keys-switch]");
if (choice) {
  choice.checked = !off();
  choice.addEventListener("change", () => {
    document.cookie = `keys=${choice.checked ? "on" : "off"}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
  });
}
