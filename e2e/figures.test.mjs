// Figures in a real browser: a data officer looks at them and prepares a release, the programme manager decides, a
// visitor without log-in reads it. In English at a desk with JavaScript and in Arabic on a phone without.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Hand } from "./hand.mjs";
import { browser, missing, required, start } from "./server.mjs";

const reason = missing();
if (reason && required) throw new Error(`WATARI_TEST_REQUIRE asks for a browser: ${reason}`);
const options = { skip: reason ?? false, timeout: 300_000 };
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

const TOLD = {
  en: {
    javaScriptEnabled: true, viewport: { width: 1280, height: 900 }, title: "Whom we reached", why: "The title says too little.",
    better: "Whom we reached, women and men", withdrawn: "A wrong year.",
  },
  ar: {
    javaScriptEnabled: false, viewport: { width: 360, height: 800 }, title: "من وصلنا إليهم", why: "العنوان لا يقول ما يكفي.",
    better: "من وصلنا إليهم، نساءً ورجالاً", withdrawn: "سنة خاطئة.",
  },
};

for (const [language, told] of Object.entries(TOLD)) {
  test(`figures from the dashboard to the public page, ${language}`, options, async () => {
    const hands = [];
    const open = async () => {
      const hand = await Hand.open(engine, server.address, language, told);
      hands.push(hand);
      return hand;
    };
    const [officer, manager, visitor] = [await open(), await open(), await open()];
    await logIn(officer, "daniela");
    await logIn(manager, "pierre");
    await look(officer);
    const release = await prepare(officer, told);
    await decide(officer, manager, told, release);
    await read(visitor, told, release, language);
    await withdraw(manager, visitor, told, release, language);
    for (const hand of hands) assert.deepEqual(await hand.close(), []);
  });
}

async function logIn(hand, username) {
  await hand.go("/login");
  await hand.write("#username", username);
  await hand.write("#password", "crossing-the-river");
  await hand.press("main button.primary");
}

/** The figures of a year and of a part of the people, one indicator, and what they mean. */
async function look(officer) {
  await officer.go("/statistics");
  await officer.walk();
  await officer.choose("#period", { index: 1 });
  await officer.choose("#only-sex", "female");
  await officer.press("main form button:not([name])");
  await officer.press('main h2 a[href^="/statistics/people_reached"]');
  await officer.print();
  await officer.go("/statistics/indicators");
}

/** A release that is begun wrongly, then right; answers its address. */
async function prepare(officer, told) {
  await officer.go("/releases");
  await officer.press('main a[href="/releases/new"]');
  await officer.choose("#indicator-0", "people_reached");
  await officer.choose("#first-0", "sex");
  await officer.write("#release-from", "2024-01-01");
  await officer.write("#release-to", new Date(Date.now() - 86_400_000).toISOString().slice(0, 10));
  await officer.sendWrong('main form[action^="/releases"]');
  await officer.write(`#title-${officer.language}`, told.title);
  await officer.send('main form[action^="/releases"]');
  const release = new URL(officer.page.url()).pathname;
  await officer.press('form[action*="/submit"] button');
  assert.equal(await officer.page.locator('form[action*="/publish"]').count(), 0, "who prepares does not decide");
  return release;
}

/** Sent back once with a reason, mended, published. */
async function decide(officer, manager, told, release) {
  await manager.go("/releases");
  await manager.press(`main a[href="${release}"]`);
  await manager.write("#reason", told.why);
  await manager.press('form[action*="/return"] button');
  await officer.go(release);
  assert.ok((await officer.text()).includes(told.why));
  await officer.press(`main a[href="${release}/edit"]`);
  await officer.write(`#title-${officer.language}`, told.better);
  await officer.send('main form[action^="/releases"]');
  await officer.press('form[action*="/submit"] button');
  await manager.go(release);
  await manager.press('form[action*="/publish"] button');
  await manager.go("/releases/ledger");
}

/** Without log-in: the list, the release, a file of it. */
async function read(visitor, told, release, language) {
  const id = release.split("/").pop();
  await visitor.go(`/published?lang=${language}`);
  await visitor.press(`main a[href^="/published/${id}"]`);
  await visitor.walk();
  const file = String(await visitor.save('main a[href*="format=csv"]'));
  assert.ok(file.includes("#"), `${file} has tags`);
  assert.ok((await visitor.text()).includes(told.better));
}

async function withdraw(manager, visitor, told, release, language) {
  await manager.go(release);
  await manager.write('form[action*="/withdraw"] textarea', told.withdrawn);
  await manager.press('form[action*="/withdraw"] button');
  await visitor.go(`/published/${release.split("/").pop()}?lang=${language}`);
  assert.ok((await visitor.text()).includes(told.withdrawn));
  assert.equal(await visitor.page.locator('main a[href*="format=csv"]').count(), 0, "nothing is left to take");
}
