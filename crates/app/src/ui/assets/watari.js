// Watari: progressive enhancement. Every page works without this file.
// Nothing is stored in the browser, and no address in its history gains a name.

const WAIT = 200;

function later(run) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(run, WAIT, ...args);
  };
}

// One live request per form: a newer one aborts the older.
const running = new WeakMap();

async function fragment(form, url, params, method = "GET") {
  running.get(form)?.abort();
  const control = new AbortController();
  running.set(form, control);
  const post = method === "POST";
  const address = new URL(url, location.href);
  if (!post) address.search = params;
  try {
    const answer = await fetch(address, {
      method,
      body: post ? params : undefined,
      signal: control.signal,
      cache: "no-store",
      headers: { "X-Fragment": "1" },
    });
    // A redirect means the session has ended: leave the page as it is.
    if (!answer.ok || answer.redirected) return null;
    const text = await answer.text();
    return running.get(form) === control ? text : null;
  } catch {
    return null; // aborted, or the line is down
  }
}

// (a) People who may already be registered, while the names are typed.
for (const form of document.querySelectorAll("form[data-matches-url]")) {
  const panel = form.querySelector("[data-matches]") ?? document.querySelector("[data-matches]");
  if (!panel) continue;
  const look = later(async () => {
    const data = new FormData(form);
    const params = new URLSearchParams();
    for (const field of form.querySelectorAll("[data-names] [name]")) {
      if (field.disabled || params.has(field.name)) continue;
      for (const value of data.getAll(field.name)) if (value) params.append(field.name, value);
    }
    const html = await fragment(form, form.dataset.matchesUrl, params);
    if (html !== null) panel.innerHTML = html;
  });
  form.addEventListener("input", (event) => {
    if (event.target.closest("[data-names]")) look();
  });
}

// (b) Rows. Without this, the buttons submit and the server answers.
document.addEventListener("click", (event) => {
  const add = event.target.closest("button[data-add-row]");
  const remove = event.target.closest("button[data-remove-row]");
  const holder = (add ?? remove)?.closest("[data-rows]");
  if (!holder) return;
  if (remove) {
    const row = remove.closest("[data-row]");
    if (!row) return;
    event.preventDefault();
    row.dispatchEvent(new Event("input", { bubbles: true }));
    row.remove();
    holder.querySelector("button[data-add-row]")?.focus();
    return;
  }
  const template = holder.querySelector("template");
  if (!template) return;
  event.preventDefault();
  const next = Number(holder.dataset.next ?? holder.querySelectorAll("[data-row]").length);
  holder.dataset.next = next + 1;
  const copy = document.createElement("template");
  copy.innerHTML = template.innerHTML.replaceAll("__index__", String(next));
  const first = copy.content.querySelector("input, select, textarea");
  template.before(copy.content);
  first?.focus();
});

// (c) Ask before something that is hard to undo.
document.addEventListener("submit", (event) => {
  const asker = event.submitter?.closest("[data-confirm]") ?? event.target.closest("[data-confirm]");
  if (asker && !confirm(asker.dataset.confirm)) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, true);
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-confirm]");
  if (link && !confirm(link.dataset.confirm)) event.preventDefault();
}, true);

// (f) Warn before unsaved work is lost.
const unsaved = new Set();
for (const form of document.querySelectorAll("form[data-guard]")) {
  form.addEventListener("input", () => unsaved.add(form));
  form.addEventListener("submit", () => unsaved.clear());
  if (form.querySelector("[aria-invalid=true]")) unsaved.add(form);
}
window.addEventListener("beforeunload", (event) => {
  if (unsaved.size) event.preventDefault();
});

// (g) Search while typing. The address never changes: queries hold names.
for (const form of document.querySelectorAll("form[data-live-search]")) {
  const look = later(async () => {
    const old = document.querySelector("[data-results]");
    if (!old) return;
    old.classList.add("busy");
    const params = new URLSearchParams(new FormData(form));
    const html = await fragment(form, form.action, params, form.method.toUpperCase());
    old.classList.remove("busy");
    if (html === null) return;
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-results]");
    if (fresh) old.replaceWith(fresh);
  });
  form.addEventListener("input", look);
}

// (l) A form being filled in: after each answer the server says what is asked now and what is not allowed.
for (const form of document.querySelectorAll("form[data-live-form]")) {
  let [leaving, changes] = [false, 0];
  const look = later(async () => {
    if (leaving) return;
    const seen = changes;
    const params = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") params.append(name, value);
    params.set("act", "look");
    const html = await fragment(form, form.action, params, "POST");
    // What was answered meanwhile is asked about next.
    if (html === null || seen !== changes) return;
    const page = new DOMParser().parseFromString(html, "text/html");
    const [old, fresh] = [form, page].map((root) => root.querySelector("[data-live]"));
    const record = page.querySelector("form[data-live-form] > [name=record]");
    if (!old || !fresh) return;
    // What is being typed just now, and files that were chosen, are not on the server yet.
    for (const input of old.querySelectorAll("input[type=file]")) {
      const same = fresh.querySelector(`input[type=file][name="${CSS.escape(input.name)}"]`);
      if (input.files.length && same) same.replaceWith(input);
    }
    const active = old.contains(document.activeElement) ? document.activeElement : null;
    const again = active?.id ? fresh.querySelector(`#${CSS.escape(active.id)}`) : null;
    const choice = active?.name && fresh.querySelector(
      `[name="${CSS.escape(active.name)}"][value="${CSS.escape(active.value)}"]:not([type=hidden])`);
    const caret = active?.selectionStart;
    if (again && /^(INPUT|TEXTAREA)$/.test(active.tagName) && active.type !== "file") again.value = active.value;
    if (record) form.querySelector(":scope > [name=record]").value = record.value;
    // A draft is kept with each answer; what is tried out is not.
    else unsaved.delete(form);
    old.replaceWith(fresh);
    const focus = again ?? choice;
    focus?.focus({ preventScroll: true });
    if (focus && Number.isInteger(caret)) focus.setSelectionRange(caret, active.selectionEnd);
  });
  form.addEventListener("change", (event) => {
    if (!event.target.name?.startsWith("/")) return;
    changes += 1;
    look();
  });
  form.addEventListener("submit", () => {
    leaving = true;
    running.get(form)?.abort();
  });
}

// (i) Uploads on a slow line: how much has gone. The answer is the page that a plain submit would show.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-progress]");
  if (!form || event.defaultPrevented) return;
  if (![...form.querySelectorAll("input[type=file]")].some((input) => input.files.length)) return;
  event.preventDefault();
  const place = working(form, form.dataset.progress);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    place.bar.max = total;
    place.bar.value = loaded;
  });
  request.addEventListener("load", () => {
    unsaved.delete(form);
    if (request.status < 400 && request.responseURL !== form.action) return location.assign(request.responseURL);
    const main = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("main");
    if (!main) return location.reload();
    document.querySelector("main").replaceWith(main);
    document.querySelector(".errors[tabindex]")?.focus();
  });
  // The line is down: let the browser say so in its own words.
  request.addEventListener("error", () => form.submit());
  request.send(new FormData(form, event.submitter));
});

// (j) Files that take a while to make: the link says that it is working.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-download]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.getAttribute("aria-busy")) return;
  link.setAttribute("aria-busy", "true");
  const place = working(link, link.dataset.download);
  try {
    const answer = await fetch(link.href, { cache: "no-store" });
    const name = answer.headers.get("Content-Disposition")?.match(/filename\*?="?(?:UTF-8'')?([^";]+)/)?.[1];
    if (!answer.ok || answer.redirected || !name) return location.assign(link.href);
    const file = document.createElement("a");
    file.href = URL.createObjectURL(await answer.blob());
    file.download = decodeURIComponent(name);
    file.click();
    setTimeout(() => URL.revokeObjectURL(file.href), 60_000);
  } catch {
    location.assign(link.href);
  } finally {
    place.remove();
    link.removeAttribute("aria-busy");
  }
});

// (k) What is under way on the server is looked after until it is done.
function lookAgain() {
  if (!document.querySelector("[data-refresh]")) return;
  setTimeout(async () => {
    const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
    if (answer?.ok && !answer.redirected) {
      const main = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
      if (main) document.querySelector("main").replaceWith(main);
    }
    lookAgain();
  }, 2000);
}
lookAgain();

/** A bar that says that something is under way. */
function working(beside, words) {
  const place = document.createElement("p");
  place.className = "working";
  place.setAttribute("role", "status");
  place.bar = document.createElement("progress");
  place.bar.setAttribute("aria-label", words);
  place.append(words, place.bar);
  for (const button of beside.querySelectorAll("button")) button.disabled = true;
  beside.after(place);
  return place;
}

// Menus close on Escape and on a click elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// An error summary takes the focus, so that it is read first.
document.querySelector(".errors[tabindex]")?.focus();

// (h) Passkeys.
const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

async function post(url, value) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(value),
  });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.detail ?? body.title ?? "");
  return body;
}

async function passkey(button) {
  const register = button.dataset.passkey === "register";
  if (register && !button.form.reportValidity()) return;
  // The password now is asked for once, and none goes to the log-in.
  const { password, current, ...fields } = button.form ? Object.fromEntries(new FormData(button.form)) : {};
  const begun = await post(button.dataset.beginUrl, { ...fields, current });
  const options = begun.publicKey ?? begun;
  options.challenge = toBytes(options.challenge);
  if (options.user) options.user.id = toBytes(options.user.id);
  for (const list of [options.excludeCredentials, options.allowCredentials]) {
    for (const one of list ?? []) one.id = toBytes(one.id);
  }
  const made = register
    ? await navigator.credentials.create({ publicKey: options })
    : await navigator.credentials.get({ publicKey: options });
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[name]) response[name] = toText(made.response[name]);
  }
  if (register) response.transports = made.response.getTransports?.() ?? [];
  const done = await post(button.dataset.finishUrl, {
    ...fields,
    id: made.id,
    rawId: toText(made.rawId),
    type: made.type,
    response,
    extensions: made.getClientExtensionResults(),
  });
  unsaved.clear();
  location.assign(done.location);
}

for (const button of document.querySelectorAll("button[data-passkey]")) {
  if (!window.PublicKeyCredential) continue; // stays hidden
  button.hidden = false;
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    const place = document.querySelector("[data-passkey-error]");
    if (place) place.hidden = true;
    button.disabled = true;
    try {
      await passkey(button);
    } catch (error) {
      if (!place) return;
      // Errors of the browser are not translated.
      const own = error instanceof DOMException || error instanceof TypeError || !error.message;
      place.textContent = own ? place.dataset.passkeyError : error.message;
      place.hidden = false;
    } finally {
      button.disabled = false;
    }
  });
}
