// A user at a keyboard, and what is looked at on every page they come to.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createHmac } from "node:crypto";

const AXE = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const LOCALE = new URL("../locales/en/", import.meta.url);
/** Every key of the words, but for those that are words themselves. */
const KEYS = new Set(readdirSync(LOCALE)
  .flatMap((file) => readFileSync(new URL(file, LOCALE), "utf8").match(/^[a-z][a-z0-9-]*(?= =)/gm) ?? [])
  .filter((key) => key.includes("-") && !["log-in", "log-out"].includes(key)));

/** A user's browser: one window, no mouse. */
export class Hand {
  /** Opens a window; `reader` is a browser with scripts where the user's has none. */
  static async open(engine, address, language, { javaScriptEnabled, viewport }) {
    const context = await engine.newContext({ javaScriptEnabled, viewport, acceptDownloads: true });
    await context.addCookies([{ name: "language", value: language, url: address }]);
    const reader = javaScriptEnabled ? null : await engine.newContext({ viewport });
    const hand = new Hand();
    Object.assign(hand, { context, reader, address, language, scripted: javaScriptEnabled, seen: new Map(), faults: [] });
    hand.page = await context.newPage();
    hand.page.setDefaultTimeout(20_000);
    context.on("request", (request) => {
      if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(address)) hand.faults.push(`fetched ${request.url()}`);
    });
    hand.page.on("console", (message) => message.type() === "error" && !hand.refused && hand.faults.push(`${message.text()} at ${hand.page.url()}`));
    hand.page.on("pageerror", (error) => hand.faults.push(`${error} at ${hand.page.url()}`));
    hand.page.on("dialog", (dialog) => dialog.accept());
    return hand;
  }

  /** Leaves; answers what was wrong with the pages seen. */
  async close() {
    await this.context.close();
    await this.reader?.close();
    return this.faults;
  }

  /** Goes to an address and looks at the page. */
  async go(path) {
    await this.page.goto(path.startsWith("http") ? path : this.address + path);
    await this.look();
  }

  /** A page that is refused, which browsers write to their console. */
  async refusedAt(path, status) {
    this.refused = true;
    const answer = await this.page.goto(path.startsWith("http") ? path : this.address + path);
    assert.equal(answer.status(), status, path);
    await this.look();
    this.refused = false;
  }

  find(selector, options) {
    return this.page.locator(selector, options).first();
  }

  async text(selector = "main") {
    return this.find(selector).innerText();
  }

  /** Puts the focus on something that can have it. */
  async reach(selector) {
    const target = typeof selector === "string" ? this.find(selector) : selector;
    await target.waitFor({ state: "attached" });
    await target.focus();
    assert.ok(await target.evaluate((it) => it === document.activeElement && it.checkVisibility({ visibilityProperty: true })), `${selector} can be reached`);
    return target;
  }

  async write(selector, text) {
    const target = await this.reach(selector);
    await target.evaluate((it) => it.select?.());
    if (await target.evaluate((it) => it.type === "date")) return target.fill(text);
    await this.page.keyboard.press("Delete");
    await this.page.keyboard.insertText(text);
  }

  async choose(selector, value) {
    const target = await this.reach(selector);
    const tag = await target.evaluate((it) => it.tagName);
    if (tag === "SELECT") return target.selectOption(value);
    if (!(await target.isChecked())) await this.page.keyboard.press("Space");
  }

  /** Opens what is folded. */
  async unfold(selector) {
    const summary = await this.reach(selector);
    await this.page.keyboard.press("Enter");
    assert.ok(await summary.evaluate((it) => it.parentElement.open), `${selector} opens`);
  }

  /** Presses something that leads to another page, and looks at that. */
  async press(selector) {
    await this.reach(selector);
    // A form sent with its progress shown puts its answer into the page that is there.
    await this.page.evaluate(() => document.querySelector("main")?.setAttribute("data-left", ""));
    await this.page.keyboard.press("Enter");
    await this.page.locator("main:not([data-left])").waitFor();
    await this.page.waitForLoadState("load");
    await this.look();
  }

  /** Presses the button of a form that must be accepted. */
  async send(form, button = "button.primary") {
    await this.press(`${form} ${button}`);
    assert.equal(await this.page.locator(".errors").count(), 0, await this.text());
  }

  /** Presses the button of a form that must be sent back, with links to what is wrong. */
  async sendWrong(form, button = "button.primary") {
    this.refused = true;
    await this.press(`${form} ${button}`);
    this.refused = false;
    const links = this.page.locator(".errors a");
    assert.ok((await links.count()) > 0, `${form} says what is wrong: ${await this.text()}`);
    const place = await links.first().getAttribute("href");
    assert.equal(await this.page.locator(`[id="${place.slice(1)}"]`).count(), 1, `${place} is on the page`);
    if (this.scripted) assert.ok(await this.page.evaluate(() => document.activeElement.matches(".errors")), "what is wrong is read first");
  }

  /** Presses a link to a file and answers its content. */
  async save(selector) {
    await this.reach(selector);
    const [download] = await Promise.all([this.page.waitForEvent("download"), this.page.keyboard.press("Enter")]);
    return readFileSync(await download.path());
  }

  /** What must be true of every page. */
  async look() {
    const { page } = this;
    const where = new URL(page.url()).pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "…") || page.url();
    const found = await page.evaluate(() => ({
      tooWide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      text: document.body.innerText,
      title: document.title,
      lang: document.documentElement.lang,
      dir: document.documentElement.dir,
      headings: document.querySelectorAll("h1").length,
      html: `<!doctype html>${document.documentElement.outerHTML}`.replace(/<script[^>]*><\/script>/g, ""),
    }));
    const must = (holds, what) => holds || this.faults.push(`${where} ${what}`);
    must(found.tooWide <= 0, `is ${found.tooWide} px wider than the screen`);
    must(found.lang === this.language && found.dir === (this.language === "ar" ? "rtl" : "ltr"), "is in another language");
    must(found.title.replace("· Watari", "").trim(), "has no title");
    must(found.headings === 1, `has ${found.headings} first headings`);
    const raw = found.text.split(/[\s:,;·()]+/).filter((word) => KEYS.has(word) || /^[a-z]+_[a-z_]+$/.test(word) || word === "…");
    must(raw.length === 0, `shows keys or codes instead of words: ${raw.join(", ")}`);
    const times = this.seen.get(where) ?? 0;
    this.seen.set(where, times + 1);
    if (times === 0 || times === 3) this.faults.push(...(await this.barriers(found.html)).map((barrier) => `${where} ${barrier}`));
  }

  /** What axe finds. It needs scripts: where the user has none, another browser reads the same page. */
  async barriers(html) {
    let page = this.page;
    if (this.reader) {
      await this.reader.addCookies(await this.context.cookies());
      page = this.reading ??= await this.reader.newPage();
      await page.route("**/*", (route) => (route.request().isNavigationRequest() ? route.fulfill({ contentType: "text/html; charset=utf-8", body: this.html }) : route.fallback()));
      this.html = html;
      await page.goto(this.address);
    }
    await page.evaluate(AXE);
    return page.evaluate(async (values) => {
      // From the top, as whoever comes to the page: what lies under its head after scrolling is no barrier.
      scrollTo({ top: 0, behavior: "instant" });
      const { violations } = await axe.run(document, { runOnly: { type: "tag", values }, resultTypes: ["violations"] });
      return violations.map((it) => `${it.id}: ${it.nodes.map((node) => `${node.html.slice(0, 200)} ${node.any[0]?.message ?? ""}`).join(" | ")}`);
    }, RULES);
  }

  /** Walks the page with the tabulator: everything is reached, in the order read, and seen to be. */
  async walk() {
    const { page } = this;
    const reachable = await page.evaluate(() => {
      document.querySelector(".skip").focus();
      const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")];
      const groups = new Set();
      return all.filter((it) => {
        if (it.disabled || !it.checkVisibility({ visibilityProperty: true })) return false;
        if (it.type !== "radio") return true;
        const group = `${it.form?.action} ${it.name}`;
        return !groups.has(group) && groups.add(group);
      }).length;
    });
    let reached = 1;
    for (; reached <= reachable + 40; reached++) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate(() => {
        const it = document.activeElement;
        if (!it || it === document.body) return null;
        const style = getComputedStyle(it);
        return { what: it.outerHTML.slice(0, 120), ringed: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 };
      });
      if (!at) break;
      assert.ok(at.ringed, `the focus is seen on ${at.what}`);
    }
    assert.ok(reached >= reachable, `${page.url()}: ${reached} of ${reachable} reached by keyboard`);
  }

  /** On paper: what is written, without what only a screen can use. */
  async print() {
    const { page } = this;
    const shown = (selector) => page.locator(selector).evaluateAll((all) => all.filter((it) => it.checkVisibility()).length);
    const headings = await shown("main h2");
    await page.emulateMedia({ media: "print" });
    for (const hidden of [".top", ".main-nav", ".foot", ".tabs", "main .button"]) assert.equal(await shown(hidden), 0, `${hidden} is not printed`);
    assert.equal(await shown("main h2"), headings, "all that was written is printed");
    assert.ok((await page.pdf({ format: "A4" })).length > 10_000);
    await page.emulateMedia({ media: null });
  }
}

/** The code of an authenticator app (RFC 6238), some steps from now. */
export function code(secret, steps = 0) {
  const bits = [...secret.replace(/[\s=]/g, "")].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const hash = createHmac("sha1", key).update(counter).digest();
  const at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
