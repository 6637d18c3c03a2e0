// Sending later: the dialog that asks when takes along what the composer holds.
import { send } from "./composer.js";

document.addEventListener("submit", async (event) => {
  const form = event.target.closest?.("[data-later-form]");
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector("button[type=submit]");
  button.setAttribute("aria-busy", "true");
  const data = new FormData(form);
  const fields = Object.fromEntries([...new Set(data.keys())].map((name) => [name, data.getAll(name)]));
  const fresh = await send(undefined, undefined, { url: form.action, fields });
  button.removeAttribute("aria-busy");
  if (!fresh) return;
  form.replaceWith(fresh.querySelector("[data-later-form]"));
  const asked = document.querySelector("[data-later-form]");
  htmx.process(asked);
  (asked.querySelector(".error-summary") ?? asked.querySelector("[data-asked] input, input"))?.focus();
});
