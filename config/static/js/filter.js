// A field above a long list of boxes that leaves only those whose words hold what is typed. Without it all are shown.
function show(list, words) {
  let any = false;
  for (const group of list.querySelectorAll("[data-filter-group]")) {
    let some = false;
    for (const row of group.querySelectorAll("[data-filter-row]")) {
      const text = row.textContent.toLocaleLowerCase();
      const fits = words.every((word) => text.includes(word));
      row.hidden = !fits;
      some ||= fits;
    }
    group.hidden = !some;
    any ||= some;
  }
  list.querySelector("[data-filter-none]").hidden = any;
}

for (const list of document.querySelectorAll("[data-filtered]")) {
  const box = list.querySelector("[data-filter-box]");
  const field = box.querySelector("input");
  box.hidden = false;
  field.addEventListener("input", () => show(list, field.value.toLocaleLowerCase().split(/\s+/).filter(Boolean)));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // it looks for something and sends nothing
  });
}
