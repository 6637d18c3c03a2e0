// On a phone sub-menus and tabs are strips that scroll sideways: bring the entry that is open into view.
for (const open of document.querySelectorAll(".subnav a[aria-current], .tabs a[aria-current]")) {
  const strip = open.closest(".subnav, .tabs");
  strip.scrollLeft += open.getBoundingClientRect().left - strip.getBoundingClientRect().left - (strip.clientWidth - open.offsetWidth) / 2;
}
