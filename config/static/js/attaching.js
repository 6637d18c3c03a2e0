// Files in the composer: chosen, pasted or dropped; sent up one after another; described; taken out again.
import { announce } from "./announce.js";
import { ask, parts } from "./asking.js";
import { toast } from "./toasts.js";

const composer = () => document.getElementById("composer");
const list = () => document.getElementById("unsent-files");
const button = () => document.querySelector("#composer [data-attach]");
const isNote = () => composer()?.dataset.mode === "note";

/** The ids of the files that go with the next text. */
export const attached = () => [...(list()?.querySelectorAll("[data-file]") ?? [])].map((one) => one.dataset.file);

/** Forgets chips of files that have been sent. */
export function sent(ids) {
  for (const id of ids) list()?.querySelector(`[data-file="${CSS.escape(id)}"]`)?.remove();
}

let queue = Promise.resolve();
/** Settles when nothing is on its way up any more. */
export const uploaded = () => queue;

function take(files) {
  if (!files.length || !list()) return;
  const attach = button();
  if (!attach || isNote()) return;
  if (attach.getAttribute("aria-disabled") === "true") return toast(attach.title, { tone: "warning" });
  const where = composer();
  for (const file of files) queue = queue.then(() => up(file, where)).catch(() => {});
}

function up(file, where) {
  return new Promise((done) => {
    if (where !== composer()) return done(); // another conversation is open by now
    const row = document.getElementById("upload");
    const bar = row.querySelector("progress");
    const request = new XMLHttpRequest();
    row.querySelector("span").textContent = file.name;
    bar.value = 0;
    row.hidden = false;
    request.upload.addEventListener("progress", (event) => event.lengthComputable && (bar.value = event.loaded / event.total));
    request.upload.addEventListener("load", () => bar.removeAttribute("value")); // it is looked into now
    request.addEventListener("loadend", async () => {
      row.hidden = true;
      await answered(request, file, where);
      done();
    });
    request.open("POST", where.dataset.attach);
    request.setRequestHeader("X-CSRFToken", document.querySelector('meta[name="csrf-token"]')?.content ?? "");
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("HX-Current-URL", location.href);
    const data = new FormData();
    data.set("file", file, file.name);
    request.send(data);
  });
}

async function answered(request, file, where) {
  const elsewhere = request.getResponseHeader("HX-Redirect");
  if (elsewhere) return location.assign(elsewhere);
  const words = document.getElementById("toasts").dataset;
  if (request.status === 422 || request.status === 429) return toast(`${file.name}: ${request.responseText}`, { tone: "danger" });
  if (request.status !== 200) return toast(request.status ? words.failedWord : words.offlineWord, { tone: "danger" });
  if (where !== composer()) return;
  const content = await parts({ text: async () => request.responseText });
  list().append(...content.children);
  announce(list().dataset.word.replace("%n", file.name));
  changed();
}

const changed = () => document.body.dispatchEvent(new CustomEvent("files-changed"));

document.addEventListener("click", async (event) => {
  const attach = event.target.closest("#composer [data-attach]");
  if (attach) {
    if (attach.getAttribute("aria-disabled") === "true") toast(attach.title, { tone: "warning" });
    else document.getElementById("attach-input").click();
  }
  const out = event.target.closest("#composer [data-take-out]");
  if (!out) return;
  const row = out.closest("[data-file]");
  const next = (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("[data-take-out]") ?? button();
  const answer = await ask(out.dataset.takeOut, { body: new FormData() }).catch(() => null);
  if (!answer?.ok && answer?.status !== 404) return toast(document.getElementById("toasts").dataset.failedWord, { tone: "danger" });
  row.remove();
  next?.focus();
  changed();
});

document.addEventListener("change", (event) => {
  if (event.target.id === "attach-input") {
    take([...event.target.files]);
    event.target.value = "";
  }
  if (event.target.matches("#composer [data-describe]")) {
    const data = new FormData();
    data.set("alt", event.target.value);
    ask(event.target.dataset.describe, { body: data }).catch(() => {});
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("#composer [data-describe]")) event.preventDefault(); // not the text yet
});

document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!files.length || !event.target.closest?.("#composer")) return;
  event.preventDefault();
  take(files);
});

const holdsFiles = (event) => event.dataTransfer?.types.includes("Files") && document.querySelector("#open #composer-box:not([hidden])");
document.addEventListener("dragover", (event) => {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  composer().classList.toggle("is-target", Boolean(event.target.closest("#open")));
});
document.addEventListener("dragleave", (event) => event.relatedTarget || composer()?.classList.remove("is-target"));
document.addEventListener("drop", (event) => {
  if (!holdsFiles(event)) return;
  event.preventDefault(); // a file beside the thread must not take the place of the page
  composer().classList.remove("is-target");
  if (event.target.closest("#open")) take([...event.dataTransfer.files]);
});
