// Push in this browser, on the page of notification settings: the browser asks its user, subscribes, and we keep where.
import { ask, fireAll, parts, put } from "./asking.js";
import { toast } from "./toasts.js";

const section = () => document.getElementById("push");
const show = (...names) => {
  for (const part of section().querySelectorAll("[data-push]")) {
    if (part.dataset.push !== "nothing") part.hidden = !names.includes(part.dataset.push);
  }
};
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const same = (one, other) => one && new Uint8Array(one).join() === other.join();

const able = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

async function subscription() {
  const worker = await navigator.serviceWorker.getRegistration("/");
  return worker?.pushManager.getSubscription();
}

async function look() {
  if (!able()) return show("none");
  if (Notification.permission === "denied") return show("blocked");
  if (!("on" in section().dataset)) return show("offer");
  const now = Notification.permission === "granted" && (await subscription());
  show(...(now ? [] : ["offer", "again"]));
}

async function turnOn(button) {
  button.setAttribute("aria-busy", "true");
  try {
    if ((await Notification.requestPermission()) !== "granted") return look();
    await navigator.serviceWorker.register("/worker.js");
    const worker = await navigator.serviceWorker.ready;
    const key = bytes(section().dataset.key);
    let now = await worker.pushManager.getSubscription();
    if (now && !same(now.options.applicationServerKey, key)) now = (await now.unsubscribe(), null);
    now ??= await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    const body = new FormData();
    body.set("address", now.endpoint);
    const answer = await ask(section().dataset.url, { body });
    if (answer.ok) put((await parts(answer)).querySelector("#push"));
    fireAll(answer.headers.get("HX-Trigger"));
  } catch {
    toast(section().dataset.failed, { tone: "danger" });
  } finally {
    button.removeAttribute("aria-busy");
  }
  look();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("#push-turn-on");
  if (button && button.getAttribute("aria-busy") !== "true") turnOn(button);
});
document.addEventListener("htmx:afterSettle", () => look());
document.body.addEventListener("push:off", async () => (able() ? (await subscription())?.unsubscribe() : null));
look();
