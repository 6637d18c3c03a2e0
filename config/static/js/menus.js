// Popover menus: placed beside their button, moved through with the arrow keys.
const GAP = 6;

function place(menu, button) {
  const at = button.getBoundingClientRect();
  const box = menu.getBoundingClientRect();
  const rightToLeft = getComputedStyle(document.documentElement).direction === "rtl";
  const inRail = button.closest(".rail") && at.height < innerHeight / 2 && at.width <= 64 && innerWidth >= 700;
  let left = inRail ? (rightToLeft ? at.left - box.width - GAP : at.right + GAP) : rightToLeft ? at.left : at.right - box.width;
  if (!inRail && at.left + box.width < innerWidth - GAP && at.left < innerWidth / 2) left = at.left;
  let top = inRail ? at.top : at.bottom + GAP;
  if (top + box.height > innerHeight - GAP) top = inRail ? at.bottom - box.height : at.top - box.height - GAP;
  menu.style.left = `${Math.max(GAP, Math.min(left, innerWidth - box.width - GAP))}px`;
  menu.style.top = `${Math.max(GAP, top)}px`;
}

const buttonOf = (menu) => document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
const entries = (menu) => [...menu.querySelectorAll("a[href], button, input, select")].filter((entry) => entry.checkVisibility() && !entry.disabled);

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!(menu instanceof HTMLElement) || !menu.matches(".menu-list[popover]")) return;
  const button = buttonOf(menu);
  if (!button) return;
  if (event.newState === "open") place(menu, button);
}, true);

document.addEventListener("keydown", (event) => {
  const menu = document.querySelector(".menu-list:popover-open");
  if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
  if (event.target.matches("input, select, textarea")) return;
  const all = entries(menu);
  if (!all.length) return;
  const now = all.indexOf(document.activeElement);
  const next = { ArrowDown: now + 1, ArrowUp: now < 0 ? all.length - 1 : now - 1, Home: 0, End: all.length - 1 }[event.key];
  all[(next + all.length) % all.length].focus();
  event.preventDefault();
});

addEventListener("resize", () => {
  const menu = document.querySelector(".menu-list:popover-open");
  const button = menu && buttonOf(menu);
  if (button) place(menu, button);
});
