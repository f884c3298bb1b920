// One person carried from the first talk to erasure in a real browser, in English at a desk with
// JavaScript and in Arabic on a phone of 360 pixels without: by keyboard alone. Every page on the
// way is looked at (see hand.mjs).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { crc32, deflateSync } from "node:zlib";
import { Hand, code } from "./hand.mjs";
import { browser, missing, required, start } from "./server.mjs";

const reason = missing();
if (reason && required) throw new Error(`WATARI_TEST_REQUIRE asks for a browser: ${reason}`);
const options = { skip: reason ?? false, timeout: 600_000 };
if (reason) console.log(`skipped: ${reason}`);

const PASSWORD = "crossing-the-river";
const PNG = picture(64);

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

/** A square picture of one colour. */
function picture(size) {
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const head = Buffer.from([0, 0, 0, size, 0, 0, 0, size, 8, 2, 0, 0, 0]);
  const row = Buffer.from([0, ...Array(size).fill([15, 90, 93]).flat()]);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", deflateSync(Buffer.concat(Array(size).fill(row)))), chunk("IEND", Buffer.alloc(0))]);
}

/** The same story told in both languages. */
const TOLD = {
  en: {
    javaScriptEnabled: true, viewport: { width: 1280, height: 900 },
    worker: ["rim", "Rim Saleh"], stranger: ["noor", "Noor Aziz"],
    names: [["Rasha", "Qabbani"], ["رشا", "قباني"]], child: ["Samir", "Qabbani"], childOtherwise: "سمير قباني",
    document: "SY-4410-77", phone: "+1 202 555 0177", place: "Homs", guardian: "Rasha Qabbani",
    note: "She sleeps at a friend’s and fears her landlord.", finding: "The father asked the neighbours about her.",
    sister: [["Layan", "Sabbagh"], ["ليان", "صباغ"]], search: "They lost each other at the bus station.",
    message: "I am well and wait for you.", answer: "Tell her that I am well too.",
    goals: ["A safe place to sleep", "Work as a seamstress"], actions: ["Go to the shelter together", "Visit the workshop"],
    outcome: "She moved in on Monday.", failed: "The workshop had no place.", why: "She asked for a safe place to sleep.",
  },
  ar: {
    javaScriptEnabled: false, viewport: { width: 360, height: 800 },
    worker: ["huda", "هدى منصور"], stranger: ["karim", "كريم عودة"],
    names: [["هيفاء", "الدرويش"], ["Hayfa", "Al-Darwish"]], child: ["سمير", "الدرويش"], childOtherwise: "Samir Al-Darwish",
    document: "SY-9902-13", phone: "+1 202 555 0188", place: "حلب", guardian: "هيفاء الدرويش",
    note: "تنام عند صديقة وتخاف من صاحب البيت.", finding: "سأل الأب الجيران عنها.",
    sister: [["زينة", "العجلاني"], ["Zeina", "Ajlani"]], search: "افترقتا في محطة الحافلات.",
    message: "أنا بخير وأنتظرك.", answer: "قولوا لها إنني بخير أيضًا.",
    goals: ["مكان آمن للنوم", "عمل في الخياطة"], actions: ["نذهب معًا إلى المأوى", "زيارة المشغل"],
    outcome: "انتقلت يوم الاثنين.", failed: "لا مكان في المشغل.", why: "طلبت مكانًا آمنًا للنوم.",
  },
};

for (const [language, told] of Object.entries(TOLD)) {
  const how = told.javaScriptEnabled ? "in English, at a desk, with JavaScript" : "in Arabic, on a phone, without JavaScript";
  test(`one person is carried through both fronts ${how}`, options, () => journey(language, told));
}

async function journey(language, told) {
  const hands = [];
  const open = async () => hands[hands.push(await Hand.open(engine, server.address, language, told)) - 1];
  let stopped;
  await carry(open, told).catch((error) => (stopped = error));
  const faults = [...new Set((await Promise.all(hands.map((hand) => hand.close()))).flat())];
  for (const fault of faults) console.log(`at fault: ${fault}`);
  if (stopped) throw stopped;
  assert.deepEqual(faults, [], "every page is open to everyone, in words, and complete in itself");
}

async function carry(open, told) {
  const [admin, chief, officer, auditor] = [await open(), await open(), await open(), await open()];
  await logIn(admin, "admin");
  await logIn(chief, "lucia");
  const worker = await open();
  await settleIn(worker, await newUser(admin, told.worker, "caseworker", "team"), told.worker[0]);
  const stranger = await open();
  await choosePassword(stranger, await newUser(admin, told.stranger, "caseworker", "own"));
  for (const page of ["/", "/settings", "/logins"]) await admin.go(page);

  const person = await register(worker, told);
  const twin = await registerTwice(worker, told, person);
  await mergeAndPart(chief, person, twin);
  const child = await family(worker, told, person);
  await trace(worker, chief, told, person);
  await consents(worker, told, person, child);
  await search(worker, told, child);
  await emergency(stranger, chief, told, child);
  await changeTogether(worker, chief, person);

  const file = await openCase(worker, told, person);
  await assess(worker, told, file);
  await plan(worker, chief, told, file);
  await act(worker, told, file);
  await write(worker, told, file);
  await meet(worker, told, file);
  await handOver(await open(), chief, told, file);
  await lead(chief, told);
  await takeOut(worker, chief, told, file);
  await close(worker, chief, told, file);

  await logIn(officer, "daniela");
  await bringIn(officer, told);
  await erase(officer, worker, person);
  await logIn(auditor, "audit");
  await verify(auditor);
}

async function logIn(hand, username) {
  await hand.go("/login");
  await hand.write("#username", username);
  await hand.write("#password", PASSWORD);
  await hand.press("main button.primary");
}

/** An administrator makes a user; answers the one-time link. */
async function newUser(admin, [username, name], role, scope) {
  await admin.go("/users/new");
  await admin.write("#username", `${username}.${scope}`);
  await admin.write("#name", name);
  await admin.choose("#language", admin.language);
  await admin.choose("#role", role);
  await admin.choose("#scope", scope);
  await admin.choose("#team_id", { index: 1 });
  await admin.choose("#supervisor_id", { index: 1 });
  await admin.choose("[name=sees_medical]");
  await admin.send("main form");
  await admin.go("/users");
  const row = admin.find("td.title a", { hasText: `${username}.${scope}` });
  await admin.go(await row.getAttribute("href"));
  await admin.press('form[action$="/link"] button');
  return admin.text("main code");
}

async function choosePassword(hand, link) {
  await hand.go(new URL(link).pathname);
  await hand.write("#password", PASSWORD);
  await hand.write("#again", PASSWORD);
  await hand.press("main button.primary");
}

/** The first day: a password, a second factor, and a log-in with both. */
async function settleIn(worker, link, username) {
  await choosePassword(worker, link);
  await worker.go("/account/totp");
  const secret = await worker.text("main code");
  await worker.write("#code", code(secret, -1));
  await worker.press("main button.primary");
  await worker.go("/account");
  await worker.unfold(".top details.menu > summary");
  await worker.press('form[action="/logout"] button');
  await logIn(worker, `${username}.team`);
  assert.match(worker.page.url(), /second-factor/, "the password alone opens nothing");
  await worker.write("#code", code(secret));
  await worker.press("main button.primary");
  assert.equal(new URL(worker.page.url()).pathname, "/");
}

async function register(worker, told) {
  await worker.go("/people/new");
  if (worker.scripted) await worker.walk();
  await worker.sendWrong("main form", ".form-end button.primary");
  await worker.write('[name="names[0][given]"]', told.names[0][0]);
  await worker.write('[name="names[0][family]"]', told.names[0][1]);
  await another(worker, "name", '[name="names[1][given]"]');
  await worker.write('[name="names[1][given]"]', told.names[1][0]);
  await worker.write('[name="names[1][family]"]', told.names[1][1]);
  await worker.page.setInputFiles("#photo", { name: "photo.png", mimeType: "image/png", buffer: PNG });
  await worker.choose('[name="birth[kind]"][value=estimated]');
  await worker.write('[name="birth[from]"]', "01/01/1990");
  await worker.write('[name="birth[to]"]', "31/12/1990");
  await worker.choose("[name=sex][value=female]");
  await worker.choose('[name="nationalities[0]"]', "SY");
  await worker.choose('[name="nationalities[1]"]', "stateless");
  await worker.choose('[name="languages[0]"]', "ar");
  await worker.write('[name="contacts[0][value]"]', told.phone);
  await worker.choose('[name="contacts[0][safety]"]', "unsafe");
  await worker.choose('[name="documents[0][kind]"]', "passport");
  await worker.write('[name="documents[0][number]"]', told.document);
  await worker.choose('[name="documents[0][issuer]"]', "SY");
  await worker.write('[name="documents[0][expires_on]"]', "2031-05-31");
  for (const [index, [stage, country, place]] of [["origin", "SY", told.place], ["transit", "TR", "Gaziantep"], ["destination", "MX", "Tapachula"]].entries()) {
    if (index) await another(worker, "leg", `[name="journey[${index}][place]"]`);
    await worker.choose(`[name="journey[${index}][stage]"]`, stage);
    await worker.choose(`[name="journey[${index}][country]"]`, country);
    await worker.write(`[name="journey[${index}][place]"]`, place);
  }
  await worker.choose('[name="journey[0][cause]"]', "armed_conflict");
  await worker.send("main form", ".form-end button.primary");
  assert.match(worker.page.url(), /\/people\/[0-9a-f-]{36}$/);
  const text = await worker.text();
  for (const known of [...told.names.map((name) => name.join(" ")), told.document, told.place, "1990"]) assert.ok(text.includes(known), `${known} is shown`);
  assert.equal(await worker.page.locator(".journey > li").count(), 3);
  assert.ok(await worker.page.locator("img.photo").evaluate((it) => it.complete && it.naturalWidth > 0), "the photo is shown");
  assert.ok(!text.includes(told.phone), "an unsafe number is not seen by chance");
  await worker.unfold("details.gate > summary");
  assert.ok((await worker.text()).includes(told.phone), "but whoever must know can see it");
  if (worker.scripted) await worker.walk();
  return worker.page.url();
}

/** One more row: from the server, or at once where there is a script. */
async function another(worker, what, field) {
  if (await worker.page.locator(field).count()) return;
  const button = `button[name=add][value=${what}]`;
  if (!worker.scripted) return worker.press(button);
  await worker.reach(button);
  await worker.page.keyboard.press("Enter");
  await worker.page.locator(field).waitFor();
}

async function registerTwice(worker, told, person) {
  await worker.go("/people/new");
  await worker.write('[name="names[0][given]"]', told.names[0][0]);
  await worker.write('[name="names[0][family]"]', told.names[0][1]);
  const known = `a[href="${new URL(person).pathname}"]`;
  if (worker.scripted) await worker.page.locator(`[data-matches] ${known}`).waitFor({ timeout: 5000 });
  await worker.press(".form-end button.primary");
  assert.equal(await worker.page.locator(`.alert ${known}`).count(), 1, "before saving, the likely match is named");
  await worker.send("main form", "button[name=confirm]");
  assert.notEqual(worker.page.url(), person);
  return worker.page.url();
}

async function mergeAndPart(chief, person, twin) {
  await chief.go(`${person}/merge`);
  await chief.press(`main a[href$="with=${twin.split("/").pop()}"]`);
  await chief.write("#why", "Same day of birth, same face.");
  await chief.send("main form");
  await chief.go(twin);
  assert.equal(chief.page.url(), person, "the merged record leads to the one kept");
  await chief.press('form[action$="/undo"] button');
  await chief.go(twin);
  assert.equal(chief.page.url(), twin, "undone, both stand as before");
}

async function family(worker, told, person) {
  await worker.go(person);
  await worker.press('form[action*="/household"] button');
  const household = worker.page.url();
  await worker.press('a[href*="/people/new?household="]');
  await worker.write('[name="names[0][given]"]', told.child[0]);
  await worker.write('[name="names[0][family]"]', told.child[1]);
  await worker.choose("#role", "son");
  await worker.choose('[name="birth[kind]"][value=age]');
  await worker.write('[name="birth[age]"]', "9");
  await worker.choose("[name=sex][value=male]");
  await worker.press(".form-end button.primary");
  if (await worker.page.locator("button[name=confirm]").count()) await worker.send("main form", "button[name=confirm]");
  const child = worker.page.url();
  assert.match(child, /\/people\/[0-9a-f-]{36}$/);
  await worker.unfold('#family details:has(form[action*="/relations?"]) > summary');
  await worker.write("#relation-relative-name", told.names[0].join(" "));
  await worker.choose("#relation-relation", "mother");
  await worker.press('form[action*="/relations?"] button');
  await worker.press(`form:has([value="${person.split("/").pop()}"]) button`);
  assert.ok((await worker.text("#family")).includes(told.names[0][0]), "mother and child know of each other");
  await worker.go(household);
  assert.equal(await worker.page.locator(".items > li").count(), 2);
  return child;
}

async function consent(worker, person, purpose, decision, guardian) {
  await worker.go(person);
  await worker.press(`#consent a[href$="/consents/${purpose}"]`);
  await worker.choose(`main [name=decision][value=${decision}]`);
  if (guardian) await worker.write("main [name=guardian]", guardian);
  await worker.send("main form");
}

/** She looks for her sister, who is on record in another script; the sister is asked first. */
async function trace(worker, chief, told, person) {
  const [here, sought] = told.sister;
  await worker.go("/people/new");
  await nameSister(worker, here);
  await worker.press(".form-end button.primary");
  if (await worker.page.locator("button[name=confirm]").count()) await worker.send("main form", "button[name=confirm]");
  await worker.go(person);
  await worker.press('#tracing a[href$="/tracing"]');
  await worker.sendWrong("main form", ".form-end button.primary");
  await worker.choose("#relation", "sister");
  await nameSister(worker, sought);
  await worker.write("[name=circumstances]", told.search);
  await worker.write("[name=message]", told.message);
  await worker.write("[name=wording]", told.search);
  await worker.send("main form", ".form-end button.primary");
  const request = worker.page.url();
  for (const list of ["/tracing", "/tracing?show=closed"]) await worker.go(list);

  const candidate = 'main a[href*="/candidates/"]';
  for (let tries = 0; tries < 60 && !(await chief.page.locator(candidate).count()); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    await chief.page.goto(request);
  }
  await chief.go(request);
  await chief.press(candidate);
  assert.ok((await chief.text()).includes(here.join(" ")), "found in the other script");
  await chief.sendWrong("main form", "button[value=confirmed]");
  await chief.write("[name=why]", "Her mother’s name");
  await chief.send("main form", "button[value=confirmed]");
  await chief.send("main form", "button[value=asked]");

  await worker.go("/");
  await worker.go("/tracing/questions");
  await worker.press('main a[href^="/tracing/questions/"]');
  assert.ok((await worker.text()).includes(told.message) && !(await worker.text()).includes(told.search), "only what may be told");
  await worker.choose("[name=share][value=message]");
  await worker.write("[name=words]", told.answer);
  await worker.send("main form", "button[value=agreed]");
  await worker.go(request);
  assert.ok((await worker.text()).includes(told.answer), "the answer in her own words");
  await worker.choose("#close-outcome", "in_contact");
  await worker.send('form[action*="/close"]', "button");
}

async function nameSister(worker, [given, family]) {
  await worker.write('[name="names[0][given]"]', given);
  await worker.write('[name="names[0][family]"]', family);
  await worker.choose('[name="birth[kind]"][value=age]');
  await worker.write('[name="birth[age]"]', "24");
  await worker.choose("[name=sex][value=female]");
}

async function consents(worker, told, person, child) {
  await consent(worker, person, "case_work", "given");
  await consent(worker, person, "statistics", "refused");
  await consent(worker, person, "research", "given");
  await consent(worker, person, "research", "withdrawn");
  await worker.go(person);
  assert.equal(await worker.page.locator("#consent .badge.done").count(), 1);
  assert.equal(await worker.page.locator("#consent .badge.refused").count(), 2);
  await worker.go(`${child}/consents/case_work`);
  await worker.choose("main [name=decision][value=given]");
  await worker.sendWrong("main form");
  await consent(worker, child, "case_work", "given", told.guardian);
  assert.ok((await worker.text("#consent")).includes(told.guardian));
}

async function search(worker, told, child) {
  await worker.go("/people");
  await worker.write("#q", told.childOtherwise);
  await worker.press('form[action="/people/search"].toolbar button');
  assert.equal(await worker.page.locator(`main a[href="${new URL(child).pathname}"]`).count(), 1, "a name is found in another script");
}

/** Who may not see someone can, in an emergency, and the supervisor knows. */
async function emergency(stranger, chief, told, child) {
  await stranger.refusedAt(child, 404);
  await stranger.go("/people");
  await stranger.write("#q", told.child.join(" "));
  await stranger.press('form[action="/people/search"].toolbar button');
  assert.ok(!(await stranger.text()).includes(told.child[0]), "that someone is known, not who");
  const id = child.split("/").pop();
  await stranger.press(`a[href="/people/${id}/emergency"]`);
  await stranger.write("#reason", told.finding);
  await stranger.send("main form", "button.danger");
  assert.equal(stranger.page.url(), child);
  await chief.go("/");
  await chief.press(chief.page.locator("#emergencies li", { hasText: told.finding }).first().locator("a"));
  const card = `section.card:has-text("${told.finding}")`;
  await chief.sendWrong(`${card} form`, "button.primary");
  await chief.write(`${card} textarea`, told.why);
  await chief.send(`${card} form`, "button.primary");
  assert.equal(await chief.page.locator(`${card} .badge.done`).count(), 1, "judged, and it stays to be read");
  await chief.go("/");
  assert.equal(await chief.page.locator("#emergencies li", { hasText: told.finding }).count(), 0);
}

/** Two people change one record: the second sees both versions, and nothing is lost. */
async function changeTogether(worker, chief, person) {
  await worker.go(`${person}/edit`);
  await chief.go(`${person}/edit`);
  await chief.choose('[name="languages[1]"]', "tr");
  await chief.send("main form", ".form-end button.primary");
  await worker.choose('[name="languages[1]"]', "ku");
  worker.refused = true;
  await worker.press(".form-end button.primary");
  worker.refused = false;
  assert.ok((await worker.page.locator("main table tbody tr").count()) >= 1, "both versions are shown");
  await worker.go(person);
  await worker.go(`${person}/history`);
  assert.ok((await worker.page.locator(".timeline > li").count()) > 3);
}

async function openCase(worker, told, person) {
  await worker.go(person);
  await worker.press(`a[href="/cases/new?person=${person.split("/").pop()}"]`);
  await worker.choose("main input[name=risk][value=medium]");
  await worker.write("main [name=why]", told.why);
  await worker.send("main form");
  const file = worker.page.url().split("#")[0];
  assert.match(file, /\/cases\/[0-9a-f-]{36}$/);
  return file;
}

/** Fills in a screening, a form as any other: the named questions with yes, the others with the least. Its result is shown. */
async function answer(worker, file, form, yes = []) {
  await worker.go(file);
  await worker.press(`#screenings form[data-form="${form}"] button`);
  const names = await worker.page.locator("main form input[type=radio]").evaluateAll((all) => [...new Set(all.map((one) => one.name))]);
  assert.ok(names.length > 3, `${form} asks ${names.length} questions`);
  for (const name of names) {
    const value = yes.some((id) => name.includes(id)) ? "yes" : "no";
    const named = await worker.page.locator(`main form input[name="${name}"][value="${value}"]`).count();
    await worker.choose(`main form input[type=radio][name="${name}"]${named ? `[value="${value}"]` : ""}`);
  }
  await worker.send("main form", ".form-end button.primary");
  assert.match(worker.page.url(), /\/cases\/[0-9a-f-]{36}\/results\/[0-9a-f-]{36}$/, "the result is shown");
}

async function assess(worker, told, file) {
  await answer(worker, file, "specific-needs", ["threats_now", "gbv_harm"]);
  assert.ok((await worker.page.locator("main .chip").count()) >= 1, "needs are named");
  const decision = 'form[action*="/results/"]';
  const proposed = await worker.find(`${decision} input[name=risk]:checked`).inputValue();
  await worker.choose(`${decision} input[name=risk][value=${proposed === "medium" ? "low" : "medium"}]`);
  await worker.sendWrong(decision);
  await worker.write(`${decision} [name=reason]`, told.finding);
  await worker.send(decision);
  await answer(worker, file, "washington-group");
  await worker.go(file);
  await answer(worker, file, "seven-dimensions");
  await worker.go(file);
  await worker.send('form[action*="/assessed"]');
}

async function goal(worker, file, front, text, actions) {
  await worker.go(`${file}/plan`);
  await worker.choose(`#new input[name=front][value=${front}]`);
  await worker.choose("#new select[name=dimension]", front === "protect" ? "personal" : "economic");
  await worker.write("#new [name=text]", text);
  await worker.write('#new [name="actions[0][text]"]', actions);
  await worker.write('#new [name="actions[0][due_on]"]', "2030-01-31");
  await worker.send("#new");
}

async function decide(chief, file, approve, comment) {
  await chief.go(file);
  const form = 'form[action*="/approvals/"]';
  if (comment) await chief.write(`${form} [name=comment]`, comment);
  await chief.send(form, `button[value="${approve}"]`);
}

async function plan(worker, chief, told, file) {
  await goal(worker, file, "protect", told.goals[0], told.actions[0]);
  await worker.go(`${file}/plan`);
  assert.ok(await worker.find("#agree #one-front").evaluate((it) => it.required), "a plan on one front asks why");
  await worker.write("#one-front", told.finding);
  await worker.send("#agree");
  await decide(chief, file, false, told.failed);
  await goal(worker, file, "empower", told.goals[1], told.actions[1]);
  await worker.go(`${file}/plan`);
  assert.equal(await worker.page.locator("#one-front").count(), 0, "a plan on both fronts asks nothing");
  assert.equal(await worker.page.locator(".progress-picture tbody tr").count(), 7, "progress is a picture of seven dimensions");
  await worker.send("#agree");
  await chief.go("/");
  assert.equal(await chief.page.locator(`#waiting a[href^="${new URL(file).pathname}"]`).count(), 1, "what waits is on the supervisor’s first page");
  await decide(chief, file, true);
}

async function act(worker, told, file) {
  const end = async (text, state, outcome) => {
    await worker.go(`${file}/plan`);
    await worker.press(worker.page.locator("article.goal a", { hasText: text }));
    await worker.choose(`main input[name=state][value=${state}]`);
    if (state === "failed") await worker.sendWrong("main form.card");
    await worker.write("main [name=outcome]", outcome);
    await worker.send("main form.card");
  };
  await end(told.actions[0], "done", told.outcome);
  await end(told.actions[1], "failed", told.failed);
  await worker.go(`${file}/plan`);
  await worker.press('article.goal.protect a[href*="/goals/"]');
  await worker.choose("main input[name=state][value=reached]");
  await worker.write("main form [name=outcome]", told.outcome);
  await worker.send("main form");
  await worker.go(file);
  if (worker.scripted) await worker.walk();
  assert.ok((await worker.text()).includes(told.outcome));
  assert.ok((await worker.page.locator(".stones .reached").count()) >= 1, "what was reached is seen");
}

async function write(worker, told, file) {
  await worker.go(file);
  await worker.write("#new-note [name=text]", told.note);
  await worker.send("#new-note");
  assert.ok((await worker.text("#notes")).includes(told.note));

  const upload = async (name, content, sent) => {
    await worker.go(file);
    await worker.unfold('#files details:has(form[enctype]) > summary');
    await worker.page.setInputFiles("#file-file", { name, mimeType: "application/octet-stream", buffer: Buffer.from(content) });
    await worker[sent]('#files form[enctype]', "button");
  };
  await upload("tool.exe", [0x4d, 0x5a, 0x90, 0, 3, 0, 0, 0, 0xff, 0xff], "sendWrong");
  await upload("statement.txt", told.note, "send");
  const content = await worker.save('#files a[href*="/attachments/"]');
  assert.equal(content.toString(), told.note, "a file comes back as it was");

  await worker.unfold('#flags details:has(form[action*="/flags?"]) > summary');
  await worker.choose("#flag-kind", "safety_risk");
  await worker.write("#flag-text", told.finding);
  await worker.send('#flags form[action*="/flags?"]', "button");
  assert.ok((await worker.text("#flags")).includes(told.finding));
  await worker.unfold('#flags details:has(form[action$="/resolve"]) > summary');
  await worker.write('#flags form[action$="/resolve"] textarea', told.outcome);
  await worker.send('#flags form[action$="/resolve"]', "button");
  assert.equal(await worker.page.locator("#flags .badge.done").count(), 1);
}

async function meet(worker, told, file) {
  const today = await worker.page.evaluate(() => new Date(Date.now() - 12 * 3600_000).toISOString().slice(0, 10));
  await worker.go(file);
  await worker.unfold('#follow details:has(form[action*="/follow-ups?"]) > summary');
  await worker.choose("#follow-up-kind", "home_visit");
  await worker.write("#follow-up-due-on", today);
  await worker.choose("#follow-up-user-id", { label: told.worker[1] });
  await worker.send('#follow form[action*="/follow-ups?"]', "button");
  await worker.go("/");
  assert.ok((await worker.page.locator(`main a[href="${new URL(file).pathname}"]`).count()) >= 1, "what is due stands on the first page");
  await worker.go(file);
  await worker.press('#follow a[href*="/follow-ups/"]');
  await worker.choose("[name=person_seen]");
  await worker.write("main [name=text]", told.outcome);
  await worker.send("main form:has([name=text])", "button");
  assert.ok((await worker.text("#follow")).includes(told.outcome));
}

async function handOver(amal, chief, told, file) {
  const give = async (name) => {
    await chief.go(`${file}/assign`);
    await chief.choose("#assign-owner-id", { label: name });
    await chief.write("#assign-why", told.why);
    await chief.send("main form.card");
  };
  await give("Amal Haddad");
  await logIn(amal, "amal");
  assert.equal(await amal.page.locator(`#new a[href="${new URL(file).pathname}"]`).count(), 1, "newly assigned");
  await amal.press(`#new a[href="${new URL(file).pathname}"]`);
  await amal.go("/");
  assert.equal(await amal.page.locator(`#new a[href="${new URL(file).pathname}"]`).count(), 0, "seen, no longer new");
  await give(told.worker[1]);
}

async function lead(chief, told) {
  await chief.go("/");
  await chief.go("/team");
  assert.ok((await chief.text("table.chart")).includes(told.worker[1]), "the team’s load is seen");
}

async function takeOut(worker, chief, told, file) {
  for (const list of ["people", "cases"]) {
    await chief.go(`/${list}`);
    await chief.unfold("main .actions details.menu > summary");
    const csv = (await chief.save(`a[href^="/${list}/export"][href*="format=csv"]`)).toString();
    assert.ok(csv.includes(told.names[0][0]) && !csv.includes(told.phone), "names go out, unsafe numbers do not");
    const sheet = await chief.save(`a[href^="/${list}/export"][href*="format=xlsx"]`);
    assert.equal(sheet.subarray(0, 2).toString(), "PK");
  }
  await worker.go(file);
  await worker.unfold(".page-header .actions details.menu > summary");
  const pdf = await worker.save('a[href$="/case.pdf"]');
  assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
  await worker.go(file);
  await worker.print();
}

async function close(worker, chief, told, file) {
  const end = async () => {
    await worker.go(`${file}/close`);
    await worker.send('form[action*="/approvals"]');
    await decide(chief, file, true);
    await worker.go(`${file}/close`);
    await worker.choose("[name=reason]", "goals_met");
    await worker.choose("[name=satisfaction]", "satisfied");
    await worker.write("[name=note]", told.outcome);
    if (await worker.page.locator("[name=drop_open_actions]").count()) await worker.choose("[name=drop_open_actions]");
    await worker.send('form[action*="/close"]');
    await worker.go(file);
    assert.ok((await worker.text("#closure")).includes(told.outcome));
  };
  await end();
  await worker.write("#reopen-why", told.why);
  await worker.send('form[action*="/reopen"]', "button");
  await end();
  await worker.go(`${file}/history`);
  const text = await worker.text(".timeline");
  assert.ok((await worker.page.locator(".timeline > li").count()) > 20, "the history tells the story");
  assert.ok(text.includes(told.why) && text.includes(told.worker[1]), "with who and why");
  await worker.go("/cases?state=closed");
}

/** A list of people from elsewhere: looked at first, the wrong row named, the others registered. */
async function bringIn(officer, told) {
  const family = `${told.names[0][1]}-${told.worker[0]}`;
  const rows = ["given name,family name,sex,birth date", `A,${family},female,1990-05-01`, `B,${family},male,1991-06-02`, `C,${family},female,31 February`];
  await officer.go("/people");
  await officer.press('main a[href="/people/import"]');
  await officer.page.setInputFiles("#file", { name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(rows.join("\n")) });
  await officer.send("main form");
  assert.equal(await officer.page.locator("#rejected tbody tr").count(), 1, "the row that cannot be read is named");
  await officer.send('form[action$="/run"]');
  for (let tries = 0; !(await officer.page.locator(".alert.success").count()); tries++) {
    assert.ok(tries < 20, await officer.text());
    await officer.page.waitForTimeout(500);
    await officer.go(officer.page.url());
  }
  await officer.go("/people");
  await officer.write("#q", family);
  await officer.press('form[action="/people/search"].toolbar button');
  assert.equal(await officer.page.locator("tbody td.title a", { hasText: family }).count(), 2);
}

async function erase(officer, worker, person) {
  await officer.go(person);
  const number = (await officer.text("header.person .number")).replace(/\D/g, "");
  await officer.press(`a[href="${new URL(person).pathname}/erase"]`);
  await officer.choose("[name=on_request]");
  await officer.write("#reason", "The person asked for it in writing.");
  await officer.write("#confirm", "000000");
  await officer.sendWrong("main form", "button.danger");
  await officer.write("#confirm", number);
  await officer.send("main form", "button.danger");
  await officer.refusedAt(person, 404);
  await worker.refusedAt(person, 404);
}

async function verify(auditor) {
  await auditor.go("/history");
  await auditor.press('form[action="/history/verify"] button');
  assert.equal(await auditor.page.locator(".alert[role=status]:not(.danger)").count(), 1, await auditor.text());
}
