// The page of the search: arrows go through the results, Escape goes back to the words.
const results = () => [...document.querySelectorAll("#found [data-result]")];
const words = () => document.querySelector("[data-search-field]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open], :popover-open")) return;
  const at = results().indexOf(document.activeElement);
  const inWords = document.activeElement === words();
  if (event.key === "Escape" && at >= 0) {
    words().focus();
    words().select();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && (inWords || at >= 0)) {
    const next = results()[event.key === "ArrowDown" ? at + 1 : at - 1];
    if (next) next.focus();
    else if (event.key === "ArrowUp" && at === 0) words().focus();
    else return;
    event.preventDefault();
  }
});

// Changing a filter looks again, once there are words.
document.addEventListener("change", (event) => {
  const form = document.getElementById("searching");
  if (form?.contains(event.target) && event.target !== words() && words().value.trim()) form.requestSubmit();
});
