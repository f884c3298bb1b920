// Passkeys in a real browser with a virtual authenticator: made, used instead of and after the
// password, refused where they must be, renamed and removed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, logIn, missing, required, start } from "./server.mjs";

const reason = missing();
if (reason && required) throw new Error(`WATARI_TEST_REQUIRE asks for a browser: ${reason}`);
const options = { skip: reason ?? false, timeout: 120_000 };
if (reason) console.log(`skipped: ${reason}`);

const PASSWORD = "crossing-the-river";
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

/** A page of a fresh browser whose authenticator verifies its user by itself. */
async function equipped(username) {
  const context = await engine.newContext();
  const page = await logIn(context, server.address, username);
  const cdp = await context.newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true,
      isUserVerified: true, automaticPresenceSimulation: true },
  });
  return { page, authenticator: (what, more = {}) => cdp.send(`WebAuthn.${what}`, { authenticatorId, ...more }) };
}

async function make(page, name, password = PASSWORD) {
  await page.goto(`${server.address}/account`);
  await page.fill("#passkey-name", name);
  await page.fill("#passkey-current", password);
  await page.click("button[data-passkey=register]");
}

async function made(page, name) {
  await make(page, name);
  await page.locator("#passkeys summary", { hasText: name }).waitFor();
}

async function logOut(page) {
  await page.locator("details.menu summary").click();
  await Promise.all([page.waitForURL("**/login"), page.locator('form[action="/logout"] button').click()]);
}

const error = (page) => page.locator("[data-passkey-error]:visible");
const isIn = (page) => page.waitForURL(`${server.address}/`);

test("a passkey needs the password once, and then stands in for it", options, async () => {
  const { page } = await equipped("amal");
  await make(page, "Phone", "not-hers-at-all");
  await error(page).waitFor();
  await made(page, "Phone");
  await logOut(page);
  await page.click("button[data-passkey=login]");
  await isIn(page);
  await page.goto(`${server.address}/account`);
  assert.match(await page.locator("main").innerText(), /Logged in/);
});

test("after the password a passkey is asked for, and nothing else opens", options, async () => {
  const { page } = await equipped("pierre");
  await made(page, "Key");
  await logOut(page);
  await page.fill("#username", "pierre");
  await page.fill("#password", PASSWORD);
  await page.press("#password", "Enter");
  await page.waitForURL("**/login/second-factor**");
  const [cases] = await Promise.all([page.request.get(`${server.address}/cases`, { maxRedirects: 0 })]);
  assert.equal(cases.status(), 303);
  assert.equal(await page.locator("#code").count(), 0, "no code is asked of someone who has no app");
  await page.click("button[data-passkey=login]");
  await isIn(page);
});

test("a passkey that does not verify its user is refused", options, async () => {
  const { page, authenticator } = await equipped("daniela");
  await made(page, "Key");
  await logOut(page);
  await authenticator("setUserVerified", { isUserVerified: false });
  await page.click("button[data-passkey=login]");
  await error(page).waitFor();
  assert.match(page.url(), /\/login$/);
});

test("an answer works once", options, async () => {
  const { page } = await equipped("omar");
  await made(page, "Key");
  await logOut(page);
  const asked = page.waitForRequest((request) => request.url().endsWith("/api/v1/login/passkey"));
  await page.click("button[data-passkey=login]");
  const answer = JSON.parse((await asked).postData());
  await isIn(page);
  const replayed = await page.evaluate(async (answer) => {
    const headers = { "Content-Type": "application/json" };
    return (await fetch("/api/v1/login/passkey", { method: "POST", headers, body: JSON.stringify(answer) })).status;
  }, answer);
  assert.equal(replayed, 409);
});

test("a copied passkey is noticed by its counter", options, async () => {
  const { page, authenticator } = await equipped("lucia");
  await made(page, "Key");
  const { credentials: [original] } = await authenticator("getCredentials");
  await logOut(page);
  await page.click("button[data-passkey=login]");
  await isIn(page);
  await logOut(page);
  await authenticator("removeCredential", { credentialId: original.credentialId });
  await authenticator("addCredential", { credential: { ...original, signCount: 0 } });
  await page.click("button[data-passkey=login]");
  await error(page).waitFor();
  assert.match(await error(page).innerText(), /not accepted/);
});

test("a passkey is renamed and removed, and removed it opens nothing", options, async () => {
  const { page } = await equipped("admin");
  await made(page, "Phone");
  await page.locator("#passkeys summary").click();
  await page.fill('#passkeys details [name="name"]', "Old phone");
  await page.locator('#passkeys form[action$="/name"] button').click();
  await page.locator("#passkeys summary", { hasText: "Old phone" }).waitFor();
  await page.locator("#passkeys summary").click();
  await page.fill('#passkeys details [name="current"]', "not-hers-at-all");
  await page.locator('#passkeys form[action$="/end"] button').click();
  await page.locator("[role=alert]:visible").waitFor();
  await page.goto(`${server.address}/account`);
  await page.locator("#passkeys summary").click();
  await page.fill('#passkeys details [name="current"]', PASSWORD);
  await page.locator('#passkeys form[action$="/end"] button').click();
  await page.waitForFunction(() => !document.querySelector("#passkeys summary"));
  await logOut(page);
  await page.click("button[data-passkey=login]");
  await error(page).waitFor();
});
