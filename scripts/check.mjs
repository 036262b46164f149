// `npm run check`: everything about the code that needs no run of it. Each check is named with its result.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

const checks = {
  "types of everything": ["tsc", "-p", "tsconfig.json"],
  "types of the core, without Node": ["tsc", "-p", "src/core/tsconfig.json"],
  "types of the page, with a browser's library": ["tsc", "-p", "src/web/page/tsconfig.json"],
  "types of what is published": ["tsc", "-p", "tsconfig.build.json", "--noEmit"],
  "lint and format": ["biome", "check", "--error-on-warnings", "--diagnostic-level=warn"],
  "unused files, exports, dependencies": ["knip", "--no-progress"],
  architecture: ["vitest", "run", "test/architecture"],
};

const failed = [];
for (const [name, [tool, ...args]] of Object.entries(checks)) {
  process.stdout.write(`check: ${name}\n`);
  const { status } = spawnSync(join(ROOT, "node_modules", ".bin", tool), args, { cwd: ROOT, stdio: "inherit" });
  process.stdout.write(`check: ${name}: ${status === 0 ? "ok" : "FAILED"}\n`);
  if (status !== 0) failed.push(name);
}
process.stdout.write(failed.length === 0 ? "check: all ok\n" : `check: FAILED: ${failed.join(" · ")}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
