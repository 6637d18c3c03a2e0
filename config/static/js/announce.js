// Says something to people who do not see the page.
export function announce(text) {
  const region = document.getElementById("announce");
  if (!region) return;
  region.textContent = "";
  // A change is only read aloud when the region was empty for a moment.
  setTimeout(() => { region.textContent = text; }, 60);
}
