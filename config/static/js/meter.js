// The composer's meter: how much of a text is used, how many segments it takes, and which character makes it dear.
import { segmentCounter } from "./segments.js";

const LONGEST = 1600; // characters that a text may hold
const counter = segmentCounter(JSON.parse(document.getElementById("segment-tables").textContent));

/** With files the text is one MMS, whatever it says. Draws the meter for what is typed and the clauses that are added; `null` hides it (a note costs nothing). */
export function drawMeter(typed, { prefix, suffix }, files = 0) {
  const meter = document.getElementById("meter");
  const culprit = document.getElementById("culprit");
  meter.hidden = typed === null;
  culprit.hidden = true;
  if (typed === null) return;
  const whole = typed ? prefix + typed + suffix : "";
  const { encoding, units, segments, culprits } = counter.count(whole);
  const [gauge, used, parts] = meter.children;
  gauge.hidden = files > 0;
  const tooLong = [...whole].length > LONGEST;
  const room = segments > 1 ? segments * (encoding === "GSM-7" ? 153 : 67) : encoding === "GSM-7" ? 160 : 70;
  gauge.max = room;
  gauge.value = units;
  gauge.textContent = `${units} / ${room}`;
  used.textContent = tooLong ? `${[...whole].length.toLocaleString()} / ${LONGEST.toLocaleString()} ${meter.dataset.characters}` : `${units} / ${room}`;
  parts.textContent = segments === 1 ? meter.dataset.one : `${segments} ${meter.dataset.many}`;
  if (files) {
    used.textContent = `${[...whole].length.toLocaleString()} / ${LONGEST.toLocaleString()}`;
    parts.textContent = meter.dataset.mms;
    meter.dataset.level = tooLong ? "danger" : "ok";
    return;
  }
  meter.dataset.level = tooLong ? "danger" : segments > 1 ? "warning" : "ok";
  if (culprits.length) drawCulprit(culprit, culprits.filter((one) => typed.includes(one.character)), whole, segments);
}

// Names one character that makes the text dear, and offers the cheapest way out that changes nothing but such characters:
// typographic signs first, then letters without accents, then leaving the sign out. The clauses are not ours to change.
let way = (text) => text;
/** The text with that way out taken. */
export const cheaper = (text) => way(text);

function drawCulprit(row, own, whole, segments) {
  if (!own.length) return;
  const plain = (text) => counter.simplify(counter.replace(text));
  const stubborn = (one) => counter.count(plain(one.character)).encoding !== "GSM-7";
  if (own.some((one) => stubborn(one) && /\p{L}/u.test(one.character))) return; // another alphabet: there is no way out
  const without = (text) => own.filter(stubborn).reduce((rest, one) => rest.replaceAll(one.character, ""), plain(text));
  const ways = [[counter.replace, (one) => one.replacement !== null], [plain, (one) => one.replacement === null], [without, stubborn]];
  const found = ways.find(([attempt]) => counter.count(attempt(whole)).encoding === "GSM-7");
  if (!found) return; // the clauses hold such characters too
  const [change, concerns] = found;
  const blamed = own.find(concerns) ?? own[0];
  const least = counter.count(change(whole)).segments;
  const saves = least < segments;
  if (!saves && change === without) return; // an emoji in a short text costs nothing
  way = change;
  const [words, button] = row.querySelectorAll("span, button");
  const sentence = saves ? row.dataset.words : row.dataset.wordsRoom;
  words.replaceChildren(...sentence.split(/(%c)/).map((piece) => {
    if (piece !== "%c") return piece.replace("%m", segments).replace("%n", least);
    const quoted = document.createElement("q");
    quoted.textContent = blamed.character.trim() || blamed.name || "\u2423";
    return quoted;
  }));
  button.textContent = offer(row, blamed, change, own.length, without);
  row.hidden = false;
}

function offer(row, blamed, change, several, without) {
  if (change === without) return row.dataset.drop.replace("%r", blamed.character);
  const instead = change(blamed.character);
  if (several > 1) return row.dataset.all.replace("%n", several);
  return instead === "" ? row.dataset.drop.replace("%r", "\u2423") : row.dataset.use.replace("%r", instead.trim() || "\u2423");
}
