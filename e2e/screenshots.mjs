// Takes the pictures of docs/: node screenshots.mjs (in e2e/, after npm install and cargo build).
// With pngquant installed they become a third as large.
import { spawnSync } from "node:child_process";
import { browser, logIn, start } from "./server.mjs";

const server = await start();
const engine = await browser();
const sizes = { phone: { width: 360, height: 800 }, desktop: { width: 1280, height: 900 } };
const docs = new URL("../docs/", import.meta.url).pathname;
const taken = [];

async function shoot(page, path, name) {
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    await page.goto(`${server.address}${path}`);
    taken.push(`${docs}${name}-${size}.png`);
    await page.screenshot({ path: taken.at(-1) });
  }
}

/** Where the first link of a page leads whose address, and whose words, look like this. */
async function first(page, path, address, words = /./) {
  await page.goto(`${server.address}${path}`);
  const links = await page.locator("main a").evaluateAll((all) => all.map((link) => [link.getAttribute("href"), link.innerText]));
  const fitting = links.filter(([href]) => address.test(href));
  return (fitting.find(([, text]) => words.test(text)) ?? fitting[0])[0];
}

// Each language with a house that works in it: the names and words of its people are lifelike too.
for (const [language, username, suffix, script] of [["en", "amal", "", /\p{Script=Latin}/u], ["ar", "salma", "-ar", /\p{Script=Arabic}/u]]) {
  const context = await engine.newContext({ colorScheme: "light" });
  const page = await logIn(context, server.address, username, language);
  const file = await first(page, "/cases?state=in_service&sort=vulnerability", /^\/cases\/[0-9a-f-]{36}$/, script);
  const person = await first(page, file, /^\/people\/[0-9a-f-]{36}$/);
  await shoot(page, "/", `today${suffix}`);
  await shoot(page, "/people", `people${suffix}`);
  await shoot(page, person, `person${suffix}`);
  await shoot(page, file, `case${suffix}`);
  await shoot(page, `${file}/plan`, `plan${suffix}`);
  await shoot(page, "/people/new", `register${suffix}`);
  await context.close();
}
await engine.close();
server.stop();
const made = spawnSync("pngquant", ["--force", "--skip-if-larger", "--ext", ".png", "128", ...taken]);
if (made.error) console.log("pngquant is not installed: the pictures stay large");
