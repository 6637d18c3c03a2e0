// What a text costs on the air, while it is typed: the twin of texting/segments.py, fed by its `tables()`.
// The rules are written down there; tests/texting/test_segments_twin.py holds the two together on random texts.

// Ranges of code points by how they join; what is not here follows from the character's category.
const RANGES = [
  [0x0600, 0x0605, "prepend"], [0x06dd, 0x06dd, "prepend"], [0x070f, 0x070f, "prepend"], [0x0890, 0x0891, "prepend"],
  [0x08e2, 0x08e2, "prepend"], [0x0d4e, 0x0d4e, "prepend"], [0x0e33, 0x0e33, "extend"], [0x0eb3, 0x0eb3, "extend"],
  [0x1100, 0x115f, "L"], [0x1160, 0x11a7, "V"], [0x11a8, 0x11ff, "T"], [0x200c, 0x200c, "extend"], [0x200d, 0x200d, "joiner"],
  [0xa960, 0xa97c, "L"], [0xd7b0, 0xd7c6, "V"], [0xd7cb, 0xd7fb, "T"], [0xff9e, 0xff9f, "extend"],
  [0x1f1e6, 0x1f1ff, "flag"], [0x1f3fb, 0x1f3ff, "extend"], [0xe0020, 0xe007f, "extend"],
];
const HANGUL = { L: "L V LV LVT", V: "V T", LV: "V T", T: "T", LVT: "T" };
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const MARK = /\p{M}/u;
const ACCENT = /\p{Mn}/u;
const SELECTORS = /[\ufe0e\ufe0f]/g;

/**
 * A counter for these tables. `count(text)` gives {encoding, units, segments, culprits}; `replace(text)` puts in the signs
 * that we offer, `simplify(text)` takes accents away that GSM-7 lacks.
 */
export function segmentCounter(tables) {
  const gsm = new Set(tables.basic + tables.extension);
  const extension = new Set(tables.extension);
  const ranges = [...RANGES, ...tables.pictographs.map(([low, high]) => [low, high, "picture"])];
  const kinds = new Map();

  function kindOf(character) {
    let kind = kinds.get(character);
    if (kind === undefined) kinds.set(character, (kind = sorted(character)));
    return kind;
  }

  function sorted(character) {
    const point = character.codePointAt(0);
    if (point >= 0xac00 && point <= 0xd7a3) return (point - 0xac00) % 28 ? "LVT" : "LV";
    for (const [low, high, kind] of ranges) if (point >= low && point <= high) return kind;
    if (CONTROL.test(character)) return "control";
    return MARK.test(character) ? "extend" : "other";
  }

  function joins(first, previous, following, flags) {
    if (previous === "control" || following === "control") return false;
    if (following === "extend" || following === "joiner" || previous === "prepend") return true;
    if (previous === "joiner") return first === "picture" && following === "picture";
    if (previous === "flag") return following === "flag" && flags === 1;
    return (HANGUL[previous] ?? "").split(" ").includes(following);
  }

  function clusters(characters) {
    const found = [];
    let piece = "", first = "other", previous = "control", flags = 0;
    for (const character of characters) {
      const kind = kindOf(character);
      if (piece && !joins(first, previous, kind, flags)) {
        found.push(piece);
        piece = "";
      }
      if (!piece) [first, flags] = [kind, 0];
      flags += kind === "flag";
      piece += character;
      previous = kind;
    }
    if (piece) found.push(piece);
    return found;
  }

  function offered(piece) {
    const bare = piece.replace(SELECTORS, "");
    if (Object.hasOwn(tables.replacements, bare)) return tables.replacements[bare];
    const composed = bare.normalize("NFC");
    return composed && [...composed].every((character) => gsm.has(character)) ? composed : null;
  }

  function culprits(pieces) {
    const found = new Map();
    let index = 0;
    for (const piece of pieces) {
      if (!gsm.has(piece) && !found.has(piece)) {
        const name = tables.names[piece.normalize("NFC")] ?? "";
        found.set(piece, { index, character: piece, name, replacement: offered(piece) });
      }
      index += [...piece].length;
    }
    return [...found.values()];
  }

  function count(text) {
    const characters = [...text];
    if (characters.every((character) => gsm.has(character))) {
      const costs = characters.map((character) => (extension.has(character) ? 2 : 1));
      return { encoding: "GSM-7", units: sum(costs), segments: laidOut(costs, tables, "GSM-7"), culprits: [] };
    }
    const pieces = clusters(characters);
    const size = tables.part["UCS-2"];
    const costs = pieces.flatMap((piece) => (piece.length <= size ? [piece.length] : [...piece].map((one) => one.length)));
    return { encoding: "UCS-2", units: text.length, segments: laidOut(costs, tables, "UCS-2"), culprits: culprits(pieces) };
  }

  function replace(text) {
    return clusters([...text]).map((piece) => (gsm.has(piece) ? piece : offered(piece) ?? piece)).join("");
  }

  function withoutAccent(piece) {
    const composed = piece.normalize("NFC");
    if (gsm.has(composed)) return composed;
    if (Object.hasOwn(tables.accents, composed)) return tables.accents[composed];
    const [base, ...marks] = piece.normalize("NFD");
    const plain = tables.accents[base] ?? base;
    return marks.length && marks.every((mark) => ACCENT.test(mark)) && /^[a-z]+$/i.test(plain) ? plain : piece;
  }

  function simplify(text) {
    return clusters([...text]).map(withoutAccent).join("");
  }

  return { count, replace, simplify };
}

function sum(costs) {
  return costs.reduce((total, cost) => total + cost, 0);
}

/** How many segments the costs take, laid down in order; none is split over two segments. */
function laidOut(costs, tables, encoding) {
  if (sum(costs) <= tables.single[encoding]) return 1;
  let segments = 1, free = tables.part[encoding];
  for (const cost of costs) {
    if (cost > free) [segments, free] = [segments + 1, tables.part[encoding]];
    free -= cost;
  }
  return segments;
}
