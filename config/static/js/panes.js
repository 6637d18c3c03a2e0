// The details pane of the inbox: a column on a wide page, a drawer on a narrower one.
const root = document.documentElement;
const narrow = matchMedia("(max-width: 1099.98px)");
let opener = null;

const isOpen = () => (narrow.matches ? root.dataset.details === "open" : root.dataset.details !== "closed");

function tell() {
  for (const toggle of document.querySelectorAll("[data-details-toggle][aria-controls]")) toggle.setAttribute("aria-expanded", String(isOpen()));
}

function set(open) {
  root.dataset.details = open ? "open" : "closed";
  tell();
  if (!narrow.matches) return;
  if (open) document.querySelector(".details [data-details-toggle]")?.focus();
  else if (opener?.isConnected) opener.focus();
}

document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-details-toggle]");
  if (!toggle) return;
  if (!isOpen()) opener = toggle;
  set(!isOpen());
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !narrow.matches || !isOpen()) return;
  if (document.querySelector("dialog[open], .menu-list:popover-open")) return;
  set(false);
});

narrow.addEventListener("change", () => {
  // A drawer never stays open by itself over a page that has just become narrow.
  if (narrow.matches) delete root.dataset.details;
  tell();
});
document.addEventListener("htmx:afterSettle", tell);
tell();
