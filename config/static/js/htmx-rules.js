// The rules for every htmx request: the CSRF header, busy buttons, and words when the server does not answer.
import { fireAll } from "./asking.js";
import { toast } from "./toasts.js";

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
});

const buttonOf = (detail) => detail.requestConfig?.triggeringEvent?.submitter ?? (detail.elt.matches("button") ? detail.elt : null);

document.addEventListener("htmx:beforeRequest", (event) => buttonOf(event.detail)?.setAttribute("aria-busy", "true"));
document.addEventListener("htmx:afterRequest", (event) => buttonOf(event.detail)?.removeAttribute("aria-busy"));

// Live updates may take the pressed button away before its answer comes. htmx fires the answer's events on the button,
// where nobody hears them any more: "Ben has this conversation already" is then said by us.
document.addEventListener("htmx:beforeRequest", ({ detail: { xhr, elt } }) => {
  xhr.addEventListener("readystatechange", () => {
    if (xhr.readyState === XMLHttpRequest.DONE && !elt.isConnected) fireAll(xhr.getResponseHeader("HX-Trigger"));
  });
});

const words = () => document.getElementById("toasts")?.dataset ?? {};
for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, () => toast(words().offlineWord, { tone: "danger" }));
document.addEventListener("htmx:responseError", (event) => {
  // Signed out meanwhile: the page asks to sign in again and comes back here.
  if (event.detail.xhr.status === 401) location.reload();
  else toast(words().failedWord, { tone: "danger" });
});

// Plain forms: busy until the next page comes; a second press does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || form.matches("[hx-post], [hx-get], [hx-put], [hx-patch], [hx-delete]")) return;
  if (form.dataset.busy) {
    event.preventDefault();
    return;
  }
  if (form.method !== "post" || form.target) return;
  form.dataset.busy = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-busy]")) {
    delete form.dataset.busy;
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  }
});
