// Passkeys: asks the server for a challenge, the browser for an answer, and sends that back. Buttons: [data-passkey-act]
// inside [data-passkey="show|add"], which names both addresses and the one origin at which passkeys of this site live.
import { ask } from "./asking.js";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const withBytes = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

function asked(options, adding) {
  const publicKey = { ...options, challenge: bytes(options.challenge) };
  if (!adding) return { publicKey: { ...publicKey, allowCredentials: withBytes(options.allowCredentials) } };
  const user = { ...options.user, id: bytes(options.user.id) };
  return { publicKey: { ...publicKey, user, excludeCredentials: withBytes(options.excludeCredentials) } };
}

function answered(credential) {
  const { response } = credential;
  const fields = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    fields.attestationObject = text(response.attestationObject);
    fields.transports = response.getTransports?.() ?? [];
  } else {
    fields.authenticatorData = text(response.authenticatorData);
    fields.signature = text(response.signature);
    fields.userHandle = response.userHandle ? text(response.userHandle) : null;
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: fields,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function exchange(place) {
  const adding = place.dataset.passkey === "add";
  const begun = await ask(place.dataset.options, { body: "{}" });
  if (begun.headers.get("HX-Redirect")) return;
  const options = await begun.json();
  if (options.error) throw new Error(options.error);
  const wanted = asked(options, adding);
  const credential = await (adding ? navigator.credentials.create(wanted) : navigator.credentials.get(wanted));
  const remember = document.getElementById("remember")?.checked ?? false;
  const address = place.dataset.finish + location.search;
  const done = await (await ask(address, { body: JSON.stringify({ ...answered(credential), remember }) })).json();
  if (done.error) throw new Error(done.error);
  location.assign(done.next);
}

for (const place of document.querySelectorAll("[data-passkey]")) {
  const button = place.querySelector("[data-passkey-act]");
  const failure = place.querySelector("[data-passkey-error]");
  const elsewhere = location.origin !== place.dataset.origin;
  const missing = !elsewhere && !window.PublicKeyCredential;
  place.querySelector("[data-passkey-elsewhere]").hidden = !elsewhere;
  place.querySelector("[data-passkey-missing]").hidden = !missing;
  button.hidden = elsewhere || missing;
  button.addEventListener("click", async () => {
    failure.hidden = true;
    button.setAttribute("aria-busy", "true");
    try {
      await exchange(place);
    } catch (error) {
      // What a browser says about a dialog that was closed is for programmers; what the server says is for people.
      failure.textContent = error.constructor === Error ? error.message : place.dataset.closed;
      failure.hidden = false;
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
}
