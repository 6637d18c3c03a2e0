"""Whether the words of a page fit: nothing wider than the screen, no control whose words are cut or run out of it, none
over another.
"""

from collections.abc import Iterable

from playwright.sync_api import Page

from .browser import WIDTHS

# `told` has a line for each thing that does not fit. A control is what is pressed or chosen, and what names it: words
# that may be long are cut with an ellipsis on purpose elsewhere (the last text in a list), never in these.
_LOOK = """() => {
    const told = [], slack = 1.5;
    const shown = one => one.checkVisibility({opacityProperty: true, visibilityProperty: true});
    const styles = new Map();
    const style = one => styles.get(one) || (styles.set(one, getComputedStyle(one)), styles.get(one));
    const plain = words => words.replace(/\\s+/g, " ").trim();
    const words = one => plain(one.innerText || one.getAttribute("aria-label") || one.name || "");
    const name = one => `${one.tagName.toLowerCase()} “${words(one).slice(0, 50)}”`;
    const away = ".sr, .skip, [popover], dialog:not([open])";
    const all = (selectors, not) => [...document.querySelectorAll(selectors)].filter(
        one => shown(one) && one.getClientRects().length && !one.closest(not)
    );
    // What is left of a box where the boxes around it scroll or cut.
    const seen = (one, box) => {
        let {left, right, top, bottom} = box;
        for (let around = one.parentElement; around && around !== document.body; around = around.parentElement) {
            if (style(around).overflowX === "visible" && style(around).overflowY === "visible") continue;
            const edge = around.getBoundingClientRect();
            left = Math.max(left, edge.left), right = Math.min(right, edge.right);
            top = Math.max(top, edge.top), bottom = Math.min(bottom, edge.bottom);
        }
        return {left, right, top, bottom};
    };
    const layer = one => {
        for (let box = one; box && box !== document.body; box = box.parentElement)
            if (/fixed|sticky|absolute/.test(style(box).position)) return box;
        return null;
    };

    const across = document.documentElement.scrollWidth;
    if (across > innerWidth + slack) {
        const wide = [...document.body.querySelectorAll("*")].filter(one => {
            const box = one.getBoundingClientRect();
            return shown(one) && seen(one, box).right > innerWidth + slack;
        });
        told.push(`the page is ${across} px wide, for ${wide.slice(-3).map(name).join("; ")}`);
    }
    const controls = all(
        "button, a.button, [role=tab], [role=tablist] a, .tabs a, .badge, nav a, nav summary, summary, th", away
    );
    for (const one of controls) {
        const inside = [one, ...one.querySelectorAll("*")].find(
            part => shown(part) && !part.closest(".sr, svg") && part.clientWidth > 3 && style(part).display !== "inline"
                && part.scrollWidth > part.clientWidth + slack
        );
        if (inside) told.push(`${name(one)} needs ${inside.scrollWidth} px and has ${inside.clientWidth}`);
    }
    // A row of tabs may be pushed sideways with a finger; on wider screens all of its words stand there.
    for (const row of innerWidth > 600 ? all(".tabs, .segmented", away) : [])
        if (row.scrollWidth > row.clientWidth + slack) told.push(`${name(row)} is cut: ${row.scrollWidth} px`);
    const range = document.createRange();
    for (const one of [...controls, ...all("h1, h2, h3, label, legend, dt", away)]) {
        const texts = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
            const text = texts.currentNode;
            if (!shown(text.parentElement) || text.parentElement.closest(".sr, bdi, .mono, code")) continue;
            for (const word of text.data.matchAll(/[\\p{L}]{3,}/gu)) {
                range.setStart(text, word.index), range.setEnd(text, word.index + word[0].length);
                const lines = new Set([...range.getClientRects()].map(line => Math.round(line.top)));
                if (lines.size > 1) told.push(`${name(one)}: “${word[0]}” is broken`);
            }
        }
    }
    const pressed = all(
        "button, a[href], input:not([type=hidden]), select, textarea, summary", `${away}, svg, p`
    ).flatMap(one => [...one.getClientRects()].map(box => [one, seen(one, box), layer(one)]))
        .filter(([, box]) => box.right - box.left > 4 && box.bottom - box.top > 4)
        .sort(([, a], [, b]) => a.top - b.top);
    for (let at = 0; at < pressed.length; at += 1) {
        const [one, box, floor] = pressed[at];
        for (let next = at + 1; next < pressed.length && pressed[next][1].top < box.bottom - 3; next += 1) {
            const [other, there, same] = pressed[next];
            const wide = Math.min(box.right, there.right) - Math.max(box.left, there.left);
            const high = Math.min(box.bottom, there.bottom) - Math.max(box.top, there.top);
            if (floor === same && wide > 3 && high > 3 && !one.contains(other) && !other.contains(one))
                told.push(`${name(one)} and ${name(other)} lie over each other`);
        }
    }
    return [...new Set(told)];
}"""


def unfitting(page: Page, widths: Iterable[str] = ("phone", "laptop")) -> list[str]:
    """What does not fit on the page as it is, at each width; each line names the width."""
    found = []
    for width in widths:
        across, down = WIDTHS[width]
        page.set_viewport_size({"width": across, "height": down})
        found += [f"{across}: {one}" for one in page.evaluate(_LOOK)]
    return found
