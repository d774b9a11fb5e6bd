// Fails where the published types say `any`: it would switch off the checks of whoever uses them.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const files = readdirSync(dist).filter((name) => name.endsWith(".d.ts"));
const program = ts.createProgram(files.map((name) => dist + name), {
  strict: true,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts"],
  types: [],
});
const faults = ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText);
for (const name of files) visit(program.getSourceFile(dist + name), name);
if (files.length === 0) faults.push("dist/ has no types: build first");
for (const fault of faults) console.error(fault);
console.log(`${files.length} files of types, ${faults.length} faults`);
process.exit(faults.length ? 1 : 0);

function visit(node, name) {
  if (node.kind === ts.SyntaxKind.AnyKeyword) {
    const { line } = node.getSourceFile().getLineAndCharacterOfPosition(node.getStart());
    faults.push(`dist/${name}:${line + 1} says any`);
  }
  node.forEachChild((child) => visit(child, name));
}
