import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import type { ApiResponse } from "./api.ts";

/** The files of the live page, read once; nothing else is there to be had. */
export interface PageFiles {
  /** The file under a path, if there is one. */
  find(pathname: string): ApiResponse | undefined;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** What the page's modules import by name: the file under which it is served, and where it is in its package. */
const LIBRARIES = {
  preact: { served: "preact.js", inPackage: "preact.mjs" },
  "preact/hooks": { served: "preact-hooks.js", inPackage: "hooks.mjs" },
  htm: { served: "htm.js", inPackage: "htm.mjs" },
} as const;

/** The page may load its own files and ask its own server, and nothing more. */
const SECURITY = {
  "content-security-policy": [
    "default-src 'none'",
    ...["script-src", "style-src", "img-src", "connect-src"].map((kind) => `${kind} 'self'`),
    ...["base-uri", "form-action", "frame-ancestors"].map((kind) => `${kind} 'none'`),
  ].join("; "),
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** Reads the page of a folder, and the libraries that it stands on from their packages. */
export async function readPage(folder: string): Promise<PageFiles> {
  const files = new Map<string, ApiResponse>();
  for (const name of await readdir(folder)) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const text = await readFile(join(folder, name), "utf8");
    files.set(name === "index.html" ? "/" : `/page/${name}`, fileAnswer(type, text));
  }
  const { resolve } = createRequire(import.meta.url);
  for (const [name, { served, inPackage }] of Object.entries(LIBRARIES)) {
    const text = await readFile(join(dirname(resolve(name)), inPackage), "utf8");
    files.set(`/page/${served}`, fileAnswer(TYPES[".js"] ?? "", text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n")));
  }
  return { find: (pathname) => files.get(pathname) };
}

function fileAnswer(type: string, text: string): ApiResponse {
  const body = type.startsWith("text/javascript") ? withPaths(text) : text;
  const etag = `"${createHash("sha256").update(body).digest("base64url")}"`;
  // Always asked for anew, and not sent again where it is the same: a newer engine has a newer page.
  return { status: 200, headers: { ...SECURITY, "content-type": type, "cache-control": "no-cache", etag }, body };
}

/** Browsers import by path, and an import map would have to stand in the page itself, where no script may. */
function withPaths(text: string): string {
  return text.replace(/(\bfrom\s*)"(preact|preact\/hooks|htm)"/g, (_, from: string, name: keyof typeof LIBRARIES) => {
    return `${from}"./${LIBRARIES[name].served}"`;
  });
}
