// A short sound when something unread is newer than before: the server says of when it is, if the member wants to hear it now.
let before = null, context;

function play() {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume(); // browsers keep a page silent until somebody has touched it
  const begin = context.currentTime + 0.02;
  for (const [tone, at] of [[659, 0], [880, 0.12]]) {
    const voice = new OscillatorNode(context, { frequency: tone });
    const loudness = new GainNode(context, { gain: 0 });
    loudness.gain.setValueAtTime(0, begin + at);
    loudness.gain.linearRampToValueAtTime(0.12, begin + at + 0.015);
    loudness.gain.exponentialRampToValueAtTime(0.001, begin + at + 0.22);
    voice.connect(loudness).connect(context.destination);
    voice.start(begin + at);
    voice.stop(begin + at + 0.25);
  }
}

// Of several tabs one is enough.
function heard() {
  if (!navigator.locks) return play();
  navigator.locks.request("sound", { ifAvailable: true }, async (alone) => {
    if (!alone) return;
    play();
    await new Promise((resolve) => setTimeout(resolve, 1500));
  });
}

// The numbers are fetched when a page opens and when something happens; the first time only tells how things stand.
document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.elt.matches?.("[data-counts]") || !event.detail.successful) return;
  const now = Number(document.getElementById("count-notifications")?.dataset.news ?? 0);
  if (before !== null && now > before) heard();
  before = Math.max(before ?? 0, now);
});
