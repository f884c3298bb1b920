// Takes the pictures of docs/: node screenshots.mjs (in e2e/, after npm install and cargo build).
import { browser, logIn, start } from "./server.mjs";

const server = await start();
const engine = await browser();
const sizes = { phone: { width: 360, height: 800 }, desktop: { width: 1280, height: 900 } };
const docs = new URL("../docs/", import.meta.url).pathname;

async function shoot(context, page, path, name) {
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    await page.goto(`${server.address}${path}`);
    await page.screenshot({ path: `${docs}${name}-${size}.png` });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) console.log(`${name} at ${size}: ${wide} px too wide`);
  }
}

const first = async (page, path, pattern) => {
  await page.goto(`${server.address}${path}`);
  return page.locator("main a").evaluateAll((links, pattern) => links.map((a) => a.getAttribute("href")).find((href) => new RegExp(pattern).test(href)), pattern);
};

for (const language of ["en", "ar"]) {
  const context = await engine.newContext();
  const page = await logIn(context, server.address, "amal", language);
  const suffix = language === "en" ? "" : `-${language}`;
  const person = await first(page, "/people?sort=vulnerability", "^/people/[0-9a-f-]{36}$");
  const file = await first(page, "/cases?state=in_service", "^/cases/[0-9a-f-]{36}$");
  await shoot(context, page, "/", `today${suffix}`);
  await shoot(context, page, "/people", `people${suffix}`);
  await shoot(context, page, person, `person${suffix}`);
  await shoot(context, page, file, `case${suffix}`);
  await shoot(context, page, `${file}/plan`, `plan${suffix}`);
  await shoot(context, page, "/people/new", `register${suffix}`);
  await context.close();
}
await engine.close();
server.stop();
