// Sending later: the dialog that asks when takes along what the composer holds.
import { send } from "./composer.js";

document.addEventListener("submit", async (event) => {
  const form = event.target.closest?.("[data-later-form]");
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector("button[type=submit]");
  button.setAttribute("aria-busy", "true");
  const fresh = await send(undefined, undefined, { url: form.action, fields: Object.fromEntries(new FormData(form)) });
  button.removeAttribute("aria-busy");
  if (!fresh) return;
  form.replaceWith(fresh.querySelector("[data-later-form]"));
  const asked = document.querySelector("[data-later-form]");
  htmx.process(asked);
  (asked.querySelector(".error-summary") ?? asked.querySelector("[data-asked] input, input"))?.focus();
});
