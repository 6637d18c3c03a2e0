// Where the focus goes: to the summary of errors when a page or a swap brings one; never lost when its element is replaced.
const summaryIn = (element) => (element.matches?.("[data-focus]") ? element : element.querySelector?.("[data-focus]"));

function toSummary(element) {
  const summary = summaryIn(element);
  if (summary) summary.focus();
  return Boolean(summary);
}

let remembered = "";
document.addEventListener("htmx:beforeSwap", () => {
  remembered = document.activeElement?.id ?? "";
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (toSummary(event.detail.elt)) return;
  if (document.activeElement === document.body && remembered) document.getElementById(remembered)?.focus();
});

// The links of the summary focus the control, not only scroll to it.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".error-summary a[href^='#']");
  if (!link) return;
  const control = document.getElementById(link.hash.slice(1));
  if (!control) return;
  event.preventDefault();
  control.focus();
  control.scrollIntoView({ block: "center" });
});

if (toSummary(document.body)) document.title = `${document.querySelector("[data-focus] h2").textContent.trim()} · ${document.title}`;
