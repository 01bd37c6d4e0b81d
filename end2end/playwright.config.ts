// Two projects: `wizard` needs only the program, `stories` need the lab as well (`cargo xtask test` starts it).
import { defineConfig } from "@playwright/test";

export default defineConfig({
  // One program and one cluster at a time: the stories change what they look at.
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  reporter: [["list"]],
  outputDir: "test-results",
  use: {
    headless: true,
    launchOptions: {
      executablePath: process.env.UNTHROTTLE_CHROMIUM ?? "/usr/bin/chromium",
      chromiumSandbox: false,
      args: [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "wizard", testDir: "wizard", timeout: 240_000 },
    { name: "stories", testDir: "stories", timeout: 300_000 },
  ],
});
