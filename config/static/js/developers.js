// Tries an operation of the API from the browser. The key lives in its field and nowhere else: not in storage, not in
// the address, and no cookie goes along.
const form = document.querySelector("[data-try]");
if (form) {
  const output = document.getElementById("try-answer");
  const command = document.getElementById("try-curl");

  const values = (place) =>
    [...form.querySelectorAll(`[data-place="${place}"]`)].map((field) => [field.name, field.value.trim()]).filter(([, value]) => value);

  const address = () => {
    let path = form.dataset.path;
    for (const [name, value] of values("path")) path = path.replace(`{${name}}`, encodeURIComponent(value));
    const query = new URLSearchParams(values("query")).toString();
    return query ? `${path}?${query}` : path;
  };

  const body = () => form.elements.body?.value.trim() ?? "";
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

  const draw = () => {
    const lines = [`curl -X ${form.dataset.method} ${quoted(form.dataset.base + address())}`, '-H "Authorization: Bearer $PARLEY_KEY"'];
    for (const [name, value] of values("header")) lines.push(`-H ${quoted(`${name}: ${value}`)}`);
    if (body()) lines.push("-H 'Content-Type: application/json'", `-d ${quoted(body())}`);
    command.textContent = lines.join(" \\\n  ");
  };

  const pretty = (text) => {
    try {
      return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      return text;
    }
  };

  const send = async () => {
    const headers = { Authorization: `Bearer ${form.elements.key.value.trim()}`, Accept: "application/json" };
    for (const [name, value] of values("header")) headers[name] = value;
    if (body()) headers["Content-Type"] = "application/json";
    const options = { method: form.dataset.method, headers, credentials: "omit", cache: "no-store", redirect: "error" };
    if (body()) options.body = body();
    const answer = await fetch(address(), options);
    const shown = ["Content-Type", "Location", "Link", "RateLimit", "Retry-After", "Idempotent-Replayed"]
      .filter((name) => answer.headers.get(name))
      .map((name) => `${name}: ${answer.headers.get(name)}`);
    return `${answer.status} ${answer.statusText}\n${shown.join("\n")}\n\n${pretty(await answer.text())}`;
  };

  form.addEventListener("input", draw);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("[type=submit]");
    button.setAttribute("aria-busy", "true");
    try {
      output.textContent = await send();
    } catch {
      output.textContent = form.dataset.failed;
    } finally {
      button.removeAttribute("aria-busy");
      output.focus();
    }
  });
  draw();
}
