// Selecting rows: the box in the head selects all, the bar above the table counts.
const boxes = (form, name) => [...form.querySelectorAll(`input[type="checkbox"][name="${CSS.escape(name)}"]`)];

function count(form, name) {
  const all = boxes(form, name);
  const chosen = all.filter((box) => box.checked).length;
  const bar = form.querySelector(`[data-bulk="${CSS.escape(name)}"]`);
  if (bar) {
    bar.hidden = chosen === 0;
    bar.querySelector("[data-bulk-count]").textContent = String(chosen);
  }
  const head = form.querySelector(`[data-select-all="${CSS.escape(name)}"]`);
  if (head) {
    head.checked = chosen > 0 && chosen === all.length;
    head.indeterminate = chosen > 0 && chosen < all.length;
  }
}

function setAll(form, name, checked) {
  for (const box of boxes(form, name)) box.checked = checked;
  count(form, name);
}

document.addEventListener("change", (event) => {
  const box = event.target;
  const form = box.form;
  if (!form || box.type !== "checkbox") return;
  if (box.dataset.selectAll) setAll(form, box.dataset.selectAll, box.checked);
  else if (box.name && form.querySelector(`[data-bulk="${CSS.escape(box.name)}"]`)) count(form, box.name);
});

document.addEventListener("click", (event) => {
  const clear = event.target.closest("[data-bulk-clear]");
  if (clear) setAll(clear.closest("form"), clear.closest("[data-bulk]").dataset.bulk, false);
});

addEventListener("pageshow", () => {
  for (const bar of document.querySelectorAll("[data-bulk]")) if (bar.closest("form")) count(bar.closest("form"), bar.dataset.bulk);
});
