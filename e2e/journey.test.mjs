// One person carried from the first talk to closure in a real browser, in English and in Arabic,
// with and without JavaScript, at a desk and on a phone of 360 pixels.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, logIn, missing, required, start } from "./server.mjs";

const reason = missing();
if (reason && required) throw new Error(`WATARI_TEST_REQUIRE asks for a browser: ${reason}`);
const options = { skip: reason ?? false, timeout: 240_000 };
if (reason) console.log(`skipped: ${reason}`);

let server, engine;
before(async () => {
  if (reason) return;
  server = await start();
  engine = await browser();
});
after(async () => {
  await engine?.close();
  server?.stop();
});

/** Submits a form as a keyboard does, and waits for the page that follows. */
async function submit(page, form, button = "button.primary") {
  const target = page.locator(`${form} ${button}`).first();
  await target.focus();
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  assert.equal(await page.locator(".errors").count(), 0, await page.locator("main").innerText());
}

async function screen(page, file, form) {
  await page.goto(`${file}/screenings/${form}`);
  const names = await page.locator("main form input[type=radio]").evaluateAll((all) => [...new Set(all.map((one) => one.name))]);
  assert.ok(names.length > 3, `${form} asks ${names.length} questions`);
  for (const name of names) {
    const choices = page.locator(`main form input[name="${name}"]`);
    const no = page.locator(`main form input[name="${name}"][value="no"]`);
    await ((await no.count()) ? no : choices.first()).check();
  }
  await submit(page, "main form", ".form-end button.primary");
  await submit(page, 'main form[action*="/results/"]');
}

async function goal(page, file, front, text) {
  await page.goto(`${file}/plan`);
  await page.locator(`#new input[name=front][value=${front}]`).check();
  await page.locator("#new select[name=dimension]").selectOption(front === "protect" ? "personal" : "economic");
  await page.locator("#new [name=text]").fill(text);
  await page.locator('#new [name="actions[0][text]"]').fill("Go there together");
  await page.locator('#new [name="actions[0][due_on]"]').fill("2030-01-31");
  await submit(page, "#new");
}

async function approve(page, file) {
  await page.goto(file);
  await submit(page, 'form[action*="/approvals/"]', 'button[value="true"]');
}

/** No page is wider than the screen, says a key instead of words, or loads from elsewhere. */
async function looksRight(page, language) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${page.url()} is ${wide} px too wide`);
  const text = await page.locator("body").innerText();
  assert.ok(!text.includes("…\n"), `${page.url()} lacks words`);
  assert.equal(await page.locator("html").getAttribute("dir"), language === "ar" ? "rtl" : "ltr");
}

async function journey(language, { javaScriptEnabled, viewport, given, family }) {
  const worker = await engine.newContext({ javaScriptEnabled, viewport });
  const chief = await engine.newContext({ javaScriptEnabled, viewport });
  const elsewhere = [];
  worker.on("request", (request) => request.url().startsWith(server.address) || elsewhere.push(request.url()));
  const page = await logIn(worker, server.address, "amal", language);
  const supervisor = await logIn(chief, server.address, "lucia", language);
  await looksRight(page, language);

  await page.goto(`${server.address}/people/new`);
  await looksRight(page, language);
  await page.fill('[name="names[0][given]"]', given);
  await page.fill('[name="names[0][family]"]', family);
  await page.check('[name="birth[kind]"][value=age]');
  await page.fill('[name="birth[age]"]', "31");
  await page.check('[name=sex][value=female]');
  await page.selectOption('[name="nationalities[0]"]', "SY");
  await page.fill('[name="contacts[0][value]"]', "+1 202 555 0177");
  await page.selectOption('[name="contacts[0][safety]"]', "unsafe");
  await submit(page, "main form", ".form-end button.primary");
  const person = page.url();
  assert.match(person, /\/people\/[0-9a-f-]{36}$/);
  await looksRight(page, language);
  assert.equal(await page.locator("text=+1 202 555 0177").isVisible(), false, "an unsafe number is not seen by chance");

  await page.goto(`${person}/consents/case_work`);
  await looksRight(page, language);
  await page.check("[name=decision][value=given]");
  await submit(page, "main form");

  await page.goto(`${server.address}/cases/new?person=${person.split("/").pop()}`);
  await page.locator("main input[name=risk][value=medium]").check();
  await page.locator("main [name=why]").fill("She asked for a safe place to sleep.");
  await submit(page, "main form");
  const file = page.url().split("#")[0];
  assert.match(file, /\/cases\/[0-9a-f-]{36}$/);
  await looksRight(page, language);

  for (const form of ["specific-needs", "washington-group", "seven-dimensions"]) await screen(page, file, form);
  await page.goto(file);
  await submit(page, 'form[action*="/assessed"]');

  await goal(page, file, "protect", "A safe place to sleep");
  await goal(page, file, "empower", "Work as a seamstress");
  await page.goto(`${file}/plan`);
  await looksRight(page, language);
  await submit(page, "#agree");
  await approve(supervisor, file);
  await page.goto(file);
  await submit(page, 'form[action*="/in-service"]');

  await page.goto(`${file}/close`);
  await submit(page, 'form[action*="/approvals"]');
  await approve(supervisor, file);
  await page.goto(`${file}/close`);
  await page.locator("[name=reason]").selectOption("goals_met");
  await page.locator("[name=satisfaction]").selectOption("satisfied");
  await page.locator("[name=note]").fill("She works and lives on her own.");
  const drop = page.locator("[name=drop_open_actions]");
  if (await drop.count()) await drop.check();
  await submit(page, 'form[action*="/close"]');
  await page.goto(file);
  await looksRight(page, language);
  assert.equal(await page.locator('form[action*="/reopen"]').count(), 1, "the case is closed");

  await page.goto(`${file}/history`);
  assert.ok((await page.locator(".timeline > li").count()) > 8, "the history tells the story");
  const pdf = await worker.request.get(`${file}/case.pdf`);
  assert.equal(pdf.status(), 200);
  assert.equal((await pdf.body()).subarray(0, 5).toString(), "%PDF-");
  assert.deepEqual(elsewhere, [], "nothing is fetched from elsewhere");
  await worker.close();
  await chief.close();
}

test("in English, at a desk, with JavaScript", options, () =>
  journey("en", { javaScriptEnabled: true, viewport: { width: 1280, height: 900 }, given: "Rasha", family: "Qabbani" }));

test("in Arabic, on a phone, without JavaScript", options, () =>
  journey("ar", { javaScriptEnabled: false, viewport: { width: 360, height: 800 }, given: "هيفاء", family: "الدرويش" }));

test("likely matches appear while a name is typed", options, async () => {
  const context = await engine.newContext();
  const page = await logIn(context, server.address, "amal");
  await page.goto(`${server.address}/people?sort=name`);
  const name = await page.locator("td.title a").first().innerText();
  await page.goto(`${server.address}/people/new`);
  await page.locator('[name="names[0][given]"]').pressSequentially(name);
  await page.locator("[data-matches] a").first().waitFor({ timeout: 5000 });
  await context.close();
});
