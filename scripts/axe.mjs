// axe-core over mails in Chromium, in light mode on a screen and in dark mode on a phone; complaints as a JSON list on standard output.
// usage: node axe.mjs NODE_MODULES BROWSER < PAGES.json
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, browser] = process.argv.slice(2);
const require = createRequire(`${modules}/x.js`);
const { launch } = (await import(pathToFileURL(require.resolve("puppeteer-core")))).default;
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const pages = JSON.parse(readFileSync(0, "utf8"));
const complaints = [];

const chromium = await launch({
  executablePath: browser,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
});
const page = await chromium.newPage();
for (const [scheme, width] of [["light", 640], ["dark", 375]]) {
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.setViewport({ width, height: 900 });
  for (const path of pages) {
    await page.goto(pathToFileURL(path).href);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() =>
      axe.run({ rules: { region: { enabled: false }, "landmark-one-main": { enabled: false } } }),
    );
    for (const one of violations) {
      const where = one.nodes[0]?.html.slice(0, 120) ?? "";
      complaints.push(`${basename(path, ".html")} (${scheme}): ${one.id}: ${one.help}: ${where}`);
    }
  }
}
await chromium.close();
console.log(JSON.stringify(complaints));
