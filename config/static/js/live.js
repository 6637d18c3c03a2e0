// Live updates. One tab of a browser holds the stream (Web Locks picks it), the others hear from it over a
// BroadcastChannel: browsers allow six HTTP/1.1 connections to a host, and each open stream takes one.
//
// Events become DOM events on the body, which htmx elements wait for ("live:list from:body"); their detail is the event:
//   live:conversation-ID   something in that conversation      live:presence-ID  somebody came, went or types there
//   live:line-ID           something on that line              live:list         a list of conversations is out of date
//   live:attention         texts that somebody should look at came or went
//   live:notification      what this member is told of changed
//   live:resync            something may have been missed: fetch anew (live:list follows)
// <html data-live="on|off"> says whether news arrive. The page says who listens: templates/texting/_live.html.
const PING_WITHIN = 45_000; // the server sends at least a sign of life every 20 seconds
const REMEMBERED = 15_000; // how long the holder keeps events for tabs that are still loading
const LIST_EVERY = 400; // at most so often (milliseconds) one page is told to fetch its list
const FOR_LISTS = new Set(["message", "conversation"]);

const root = document.documentElement;
const seat = document.getElementById("live");

const dispatch = (name, detail) => document.body.dispatchEvent(new CustomEvent(name, { detail }));
const sleep = (ms, signal) =>
  new Promise((resolve) => {
    const over = new AbortController();
    const wake = () => {
      over.abort();
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal.addEventListener("abort", wake, { signal: over.signal });
    addEventListener("online", wake, { signal: over.signal });
  });

// A list is fetched at once, then at most every LIST_EVERY; a hidden page waits until somebody looks at it.
let pause = 0, again = false;
function refreshList(event) {
  if (pause || document.hidden) {
    again = true;
    return;
  }
  dispatch("live:list", event);
  pause = setTimeout(() => {
    pause = 0;
    if (again && !document.hidden) caughtUp(event);
  }, LIST_EVERY);
}
function caughtUp(event) {
  again = false;
  refreshList(event);
}
document.addEventListener("visibilitychange", () => {
  if (again && !document.hidden && !pause) caughtUp({ kind: "conversation" });
});

function show(event) {
  if (event.kind === "resync") {
    dispatch("live:resync", event);
    refreshList(event);
    return;
  }
  if (event.kind === "attention") {
    dispatch("live:attention", event);
    return;
  }
  if (event.kind === "notification") {
    if (event.member === seat.dataset.key) dispatch("live:notification", event);
    return;
  }
  if (event.kind === "presence") {
    dispatch(`live:presence-${event.conversation}`, event);
    return;
  }
  if (event.conversation) dispatch(`live:conversation-${event.conversation}`, event);
  if (event.line) dispatch(`live:line-${event.line}`, event);
  if (FOR_LISTS.has(event.kind)) refreshList(event);
}

class Refused extends Error {}

class Live {
  constructor({ key, tokenUrl, streamUrl }) {
    Object.assign(this, { key, tokenUrl, streamUrl });
    this.recent = []; // [time, event] of the holder, for tabs that ask later
  }

  start() {
    this.stopping = new AbortController();
    this.holding = this.wasOn = false;
    this.bus = new BroadcastChannel(`live:${this.key}`);
    this.bus.onmessage = ({ data }) => this.hear(data);
    this.bus.postMessage({ kind: "hello", age: performance.now() });
    const { signal } = this.stopping;
    // Without Web Locks (plain http elsewhere than on this machine) each tab has its own stream.
    if (!navigator.locks) this.hold();
    else navigator.locks.request(`live:${this.key}`, { signal }, () => this.hold()).catch(() => {});
  }

  stop() {
    this.stopping.abort();
    this.bus.close();
    root.dataset.live = "off";
  }

  tell(event) {
    this.bus.postMessage(event);
    this.hear(event);
  }

  hear(event) {
    if (event.kind === "hello") this.welcome(event.age);
    else if (event.kind === "on") this.turn(true);
    else if (event.kind === "paused") this.turn(false);
    else if (event.kind === "over") this.over();
    else show(event);
  }

  turn(on) {
    root.dataset.live = on ? "on" : "off";
    this.wasOn ||= on;
  }

  // Signed out, or no longer a member: what is on the screen must go. The server says where to.
  over() {
    this.stop();
    if (this.wasOn) location.reload();
  }

  // A tab was opened: what came while its page was on its way here.
  welcome(age) {
    if (!this.holding || !this.onSince) return;
    const from = performance.now() - age;
    const known = age < REMEMBERED && from > this.onSince;
    this.bus.postMessage({ kind: "on" });
    if (!known) this.bus.postMessage({ kind: "resync" });
    else for (const [time, event] of this.recent) if (time >= from) this.bus.postMessage(event);
  }

  async hold() {
    const { signal } = this.stopping;
    this.holding = true;
    for (let failures = 0; !signal.aborted; ) {
      const begun = performance.now();
      try {
        await this.listen();
        failures = performance.now() - begun > 30_000 ? 0 : failures + 1;
      } catch (error) {
        if (error instanceof Refused) return this.tell({ kind: "over" });
        failures += 1;
      }
      if (signal.aborted) return;
      this.onSince = 0;
      this.tell({ kind: "paused" });
      // Spread out, since a restart of the server sends everybody here at the same moment.
      await sleep(Math.min(1000 * 2 ** failures, 30_000) * (0.25 + 0.75 * Math.random()), signal);
    }
  }

  // One stream, until it ends.
  async listen() {
    const quiet = new AbortController();
    let timer = setTimeout(() => quiet.abort(), PING_WITHIN);
    const signal = AbortSignal.any([quiet.signal, this.stopping.signal]);
    try {
      const headers = { "X-Live-Token": await this.token(signal) };
      const answer = await fetch(this.streamUrl, { headers, signal, cache: "no-store" });
      if (!answer.ok) throw new Error(`live: ${answer.status}`);
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = ""; ; ) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(timer);
        timer = setTimeout(() => quiet.abort(), PING_WITHIN);
        const blocks = (rest + value).split("\n\n");
        rest = blocks.pop();
        for (const block of blocks) if (block.startsWith("data: ")) this.take(JSON.parse(block.slice(6)));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  take(event) {
    const now = performance.now();
    if (event.kind === "paused") this.onSince = 0;
    if (event.kind === "resync" && !this.onSince) {
      this.onSince = now;
      this.tell({ kind: "on" });
    }
    this.recent = this.recent.filter(([time]) => time > now - REMEMBERED);
    this.recent.push([now, event]);
    this.tell(event);
  }

  async token(signal) {
    const address = `${this.tokenUrl}?member=${this.key}`;
    const answer = await fetch(address, { signal, redirect: "manual", cache: "no-store", headers: { "X-Background": "live" } });
    // A redirect leads to the sign-in page.
    if (answer.type === "opaqueredirect" || (answer.status >= 400 && answer.status < 500 && answer.status !== 429)) throw new Refused();
    if (!answer.ok) throw new Error(`live: ${answer.status}`);
    return (await answer.json()).token;
  }
}

if (seat) {
  root.dataset.live = "off";
  const live = new Live(seat.dataset);
  live.start();
  addEventListener("pagehide", () => live.stop());
  addEventListener("pageshow", (event) => event.persisted && live.start());
  // News that arrive by themselves are no sign that somebody sits here.
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.triggeringEvent?.type.startsWith("live:")) event.detail.headers["X-Background"] = "live";
  });
}
