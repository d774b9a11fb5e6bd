// Serves this folder and dist/ at the port where Vite would: node examples/serve.mjs [port]
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".map": "application/json" };
const port = Number(process.argv[2] ?? 5173);

createServer(async ({ url }, response) => {
  const path = normalize(new URL(url, "http://page").pathname);
  if (path === "/") return response.writeHead(302, { Location: "/examples/" }).end();
  const file = path === "/examples/" ? "/examples/index.html" : path;
  const isServed = /^\/(examples|dist)\//.test(file);
  const body = isServed ? await readFile(join(root, file)).catch(() => null) : null;
  if (body === null) return response.writeHead(404).end("Not here");
  response.writeHead(200, { "Content-Type": types[extname(file)] ?? "text/plain" }).end(body);
}).listen(port, "localhost", () => console.log(`http://localhost:${port}/`));
