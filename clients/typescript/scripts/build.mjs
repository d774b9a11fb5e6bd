// Compiles src/ into dist/, from nothing, so that no file of yesterday is published.
import { rmSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL("..", import.meta.url));
for (const old of ["dist", "build"]) rmSync(here + old, { recursive: true, force: true });
const tsc = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
process.exit(spawnSync(process.execPath, [tsc, "-p", here], { stdio: "inherit" }).status ?? 1);
