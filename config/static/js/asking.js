// Requests that pages make by themselves, outside htmx: the same headers, the same way out when nobody is signed in any more.

/** Fetches a part of a page. `background`: nobody asked for it, so it is no sign that somebody sits here. */
export async function ask(url, { body, background = false, keepalive = false, signal } = {}) {
  const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
  if (background) headers["X-Background"] = "live";
  if (body) headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  const answer = await fetch(url, { method: body ? "POST" : "GET", body, headers, keepalive, signal, cache: "no-store" });
  const elsewhere = answer.headers.get("HX-Redirect");
  if (elsewhere) location.assign(elsewhere);
  return answer;
}

/** The events that the answer asks for in its HX-Trigger header, as htmx would fire them. */
export function fire(answer) {
  fireAll(answer.headers.get("HX-Trigger"));
}

/** The same for the header alone. */
export function fireAll(wanted) {
  if (!wanted) return;
  for (const [name, detail] of Object.entries(JSON.parse(wanted))) {
    document.body.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }
}

/** The elements of an HTML answer. */
export async function parts(answer) {
  const holder = document.createElement("template");
  holder.innerHTML = await answer.text();
  return holder.content;
}

/** Puts `fresh` in the place of the element with its id, unless nothing changed. Keeps the focus where it was. */
export function put(fresh) {
  const old = document.getElementById(fresh.id);
  if (!old || old.isEqualNode(fresh)) return old;
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const place = focused?.id || focused?.getAttribute("data-key");
  old.replaceWith(fresh);
  htmx.process(fresh);
  if (focused && place) {
    const again = fresh.querySelector(`#${CSS.escape(place)}, [data-key="${CSS.escape(place)}"]`) ?? fresh.querySelector("button:not([popovertarget])");
    again?.focus();
  }
  return fresh;
}

/** Puts a fresh text in the place of the old one. */
export function update(fresh) {
  const old = document.getElementById(fresh.id);
  if (!old || !fresh.matches(".message")) return put(fresh);
  return old.isEqualNode(fresh) ? old : patch(old, fresh);
}

/** Brings a text up to date piece by piece: what did not change is not read aloud again and keeps its selection. */
function patch(old, fresh) {
  if (old.children.length !== fresh.children.length) return put(fresh);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  const changed = [...fresh.children].map((child, index) => [old.children[index], child]);
  for (const [was, is] of changed) {
    if (was.isEqualNode(is)) continue;
    was.replaceWith(is);
    htmx.process(is); // a status or a card may bring a button
  }
  return old;
}

/** Puts items with a data-cursor among those of `list` in their order; a repeat replaces what is there. */
export function merge(list, items, newestFirst = false) {
  const added = [];
  for (const item of items) {
    const old = item.id && document.getElementById(item.id);
    if (old?.isEqualNode(item)) continue;
    if (old && old.dataset.cursor === item.dataset.cursor) {
      update(item);
      continue;
    }
    const focused = old?.contains(document.activeElement);
    old?.remove();
    let before = newestFirst ? list.firstElementChild : null;
    if (newestFirst) while (before && before.dataset.cursor > item.dataset.cursor) before = before.nextElementSibling;
    else {
      let last = list.lastElementChild;
      while (last && last.dataset.cursor > item.dataset.cursor) [before, last] = [last, last.previousElementSibling];
    }
    list.insertBefore(item, before);
    htmx.process(item);
    if (focused) item.querySelector("a")?.focus();
    if (!old) added.push(item);
  }
  return added;
}
