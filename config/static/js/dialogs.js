// Native dialogs: opening, closing, asking before something dangerous. The browser traps and returns the focus.
const lastOpener = new WeakMap();

export function openDialog(id, opener = document.activeElement) {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
  // A menu item disappears with its menu: the focus goes back to the button that opened the menu. An item that was
  // chosen by its key alone never had the focus: it goes back to where it was.
  const menu = opener?.closest?.("[popover]");
  const shown = menu?.matches(":popover-open");
  const origin = shown ? document.querySelector(`[popovertarget="${menu.id}"]`) : document.activeElement;
  lastOpener.set(dialog, menu ? origin : opener);
  if (shown) menu.hidePopover();
  dialog.showModal();
}

/** Asks; resolves to true only when the person says yes. */
export function confirmed(text, act) {
  const dialog = document.getElementById("confirm");
  const yes = dialog.querySelector("[data-confirm-yes]");
  yes.dataset.word ??= yes.textContent;
  yes.textContent = act || yes.dataset.word;
  dialog.querySelector("#confirm-text").textContent = text;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) openDialog(opener.dataset.open, opener);
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog, [popover]")?.[closer.closest("dialog") ? "close" : "hidePopover"]();
  // A click on the backdrop lands on the dialog itself.
  if (event.target instanceof HTMLDialogElement && event.target.id !== "confirm") {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) event.target.close();
  }
});

document.addEventListener("close", (event) => {
  const opener = lastOpener.get(event.target);
  if (opener?.isConnected) opener.focus();
}, true);

// Plain forms and links. With htmx the same question is asked through hx-confirm.
const agreed = new WeakSet();
document.addEventListener("click", async (event) => {
  const control = event.target.closest("[data-confirm]");
  if (!control || agreed.delete(control)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (await confirmed(control.dataset.confirm, control.dataset.confirmAct)) {
    agreed.add(control);
    control.click();
  }
}, true);

document.addEventListener("htmx:confirm", async (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  if (await confirmed(event.detail.question, event.detail.elt.dataset.confirmAct)) event.detail.issueRequest(true);
});
