// Every state of every page, as the gallery of `app` writes them: also those that a practice run never comes to,
// such as a reading that was stopped, a cluster that refuses, a check that failed.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "@playwright/test";
import { accessible, fitsNarrow, pictures } from "../support/page.ts";
import { required } from "../support/program.ts";

const gallery = required("UNTHROTTLE_GALLERY");
const states = readdirSync(gallery).filter((file) => file.endsWith(".html"));

test("the gallery is there", () => expect(states.length).toBeGreaterThan(50));

for (const file of states) {
  const name = file.replace(/\.html$/, "");
  test(`state ${name}`, async ({ page }) => {
    await page.goto(pathToFileURL(join(gallery, file)).href);
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
    // Colours are the same at every width, and the structure in both schemes: two looks see all four.
    await page.setViewportSize({ width: 360, height: 900 });
    await accessible(page, name, ["dark"]);
    await page.setViewportSize({ width: 1280, height: 900 });
    await accessible(page, name, ["light"]);
    await fitsNarrow(page, name);
    await pictures(page, name);
  });
}
