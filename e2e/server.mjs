// The demo server and a browser for a journey.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";

const root = new URL("..", import.meta.url).pathname;
export const chromium = process.env.WATARI_CHROMIUM ?? "/usr/bin/chromium";
export const required = (process.env.WATARI_TEST_REQUIRE ?? "").split(",").includes("browser");

/** Why the journeys cannot be made here, or nothing. */
export function missing() {
  if (!existsSync(chromium)) return "Chromium is not installed";
  if (!existsSync(new URL("node_modules/playwright-core", import.meta.url))) return "playwright-core is not installed";
}

/** Starts the demo on a free port; answers its address and a way to stop it. */
export async function start() {
  const binary = process.env.WATARI_BINARY ?? `${root}target/debug/watari`;
  const child = spawn(binary, ["demo", "--port", "0", "--people", "60", "--cases", "24", "--requests-per-minute", "100000"]);
  child.stderr.resume();
  for await (const line of createInterface({ input: child.stdout })) {
    const found = line.match(/demo is at (\S+)/);
    if (found) {
      child.stdout.resume();
      return { address: found[1], stop: () => child.kill() };
    }
  }
  throw new Error("the demo ended before it listened");
}

/** A headless browser. */
export async function browser() {
  const { chromium: engine } = await import("playwright-core");
  return engine.launch({
    executablePath: chromium,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
}

/** Logs a user in on a fresh page. */
export async function logIn(context, address, username, language = "en") {
  await context.addCookies([{ name: "language", value: language, url: address }]);
  const page = await context.newPage();
  await page.goto(`${address}/login`);
  await page.fill("#username", username);
  await page.fill("#password", "crossing-the-river");
  await page.press("#password", "Enter");
  await page.waitForURL((url) => !url.pathname.startsWith("/login"));
  return page;
}
