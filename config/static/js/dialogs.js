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

// While somebody reads the question, news may draw the control anew: what was meant is then done by the one in its place.
const MEANT = ["hx-post", "hx-delete", "hx-get", "action", "href", "name", "value"];

function alike(control) {
  const said = MEANT.filter((name) => control.hasAttribute(name));
  return control.tagName.toLowerCase() + said.map((name) => `[${name}="${CSS.escape(control.getAttribute(name))}"]`).join("");
}

function asItIsNow(control) {
  if (control.isConnected) return control;
  const form = control.form ?? control.closest("form");
  const within = form && form !== control ? [...document.querySelectorAll(alike(form))] : [document];
  return within.map((place) => place.querySelector(`${alike(control)}:is([data-confirm], [hx-confirm])`)).find(Boolean);
}

// Plain forms and links. With htmx the same question is asked through hx-confirm.
const agreed = new WeakSet();
document.addEventListener("click", async (event) => {
  const control = event.target.closest("[data-confirm]");
  if (!control || agreed.delete(control)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await confirmed(control.dataset.confirm, control.dataset.confirmAct))) return;
  const now = asItIsNow(control);
  if (!now) return;
  agreed.add(now);
  now.click();
}, true);

document.addEventListener("htmx:confirm", async (event) => {
  const { question, elt, issueRequest } = event.detail;
  if (!question) return;
  event.preventDefault();
  if (agreed.delete(elt)) return issueRequest(true);
  if (!(await confirmed(question, elt.dataset.confirmAct))) return;
  if (elt.isConnected) return issueRequest(true);
  const now = asItIsNow(elt);
  if (!now) return;
  agreed.add(now);
  htmx.trigger(now, now.matches("form") ? "submit" : "click");
});
