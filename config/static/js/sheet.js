// Dialogs that come from the server: whatever is swapped into #sheet opens by itself and goes when it is done with.
import { openDialog } from "./dialogs.js";

let opener = null;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target?.id === "sheet" && !event.detail.elt.closest("#sheet")) opener = event.detail.elt;
});

// A menu goes as soon as one of its items was chosen; dialogs.js finds its button when the focus returns.
document.addEventListener("htmx:beforeRequest", (event) => event.detail.elt.closest(".menu-list:popover-open")?.hidePopover());

document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = event.detail.target?.id === "sheet" && event.detail.target.querySelector("dialog");
  if (!dialog) return;
  openDialog(dialog.id, opener);
  if (dialog.querySelector("[autofocus], [data-focus]")) return;
  (dialog.querySelector("input:checked") ?? dialog.querySelector("form input:not([type=hidden]), textarea"))?.focus();
});

document.addEventListener("close-sheet", () => document.querySelector("#sheet dialog")?.close());
document.addEventListener("close", (event) => {
  if (event.target.closest?.("#sheet")) queueMicrotask(() => event.target.remove());
}, true);
