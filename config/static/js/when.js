// Choosing a time: whoever types another one means another one.
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("[data-when]");
  const other = form?.querySelector("[data-when-other]");
  if (other && event.target.matches("[name=wall], [name=zone]")) other.checked = true;
  // What was asked about a time is no question any more when the time is another one.
  if (form && event.target.matches("[name=wall], [name=zone], [name=choice]")) form.querySelector("[data-asked]")?.remove();
});
