import { spawnSync } from "node:child_process";

/** The Chromium that $CHROMIUM names, or one on the search path. */
export const chromiumPath = [process.env.CHROMIUM, "chromium", "chromium-browser", "google-chrome"]
  .filter((name) => name !== undefined && name !== "")
  .map((name) => spawnSync("sh", ["-c", 'command -v "$0"', name!], { encoding: "utf8" }).stdout?.trim())
  .find((path) => path);
