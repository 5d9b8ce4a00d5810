// Says where dashboards in JSON are not what Grafana's types say, as tsc --strict does.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const here = fileURLToPath(new URL('.', import.meta.url))
const options = {
  strict: true, noEmit: true, target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, types: [], skipLibCheck: true,
}
const host = ts.createCompilerHost(options)
const held = new Map()
const [read, exists] = [host.getSourceFile, host.fileExists]
host.fileExists = name => held.has(name) || exists(name)
host.getSourceFile = (name, ...rest) => held.has(name) ? ts.createSourceFile(name, held.get(name), options.target) : read(name, ...rest)

process.argv.slice(2).forEach((file, i) => {
  const text = readFileSync(file, 'utf8').trimEnd()
  held.set(`${here}held-${i}.ts`, `import type { Dashboard } from './dashboard'; export const dashboard: Dashboard = ${text}\n`)
})
const program = ts.createProgram([...held.keys(), `${here}dashboard.ts`], options, host)
const wrong = ts.getPreEmitDiagnostics(program)
for (const d of wrong) {
  const at = d.file && d.file.getLineAndCharacterOfPosition(d.start).line + 1
  const file = d.file && held.has(d.file.fileName) ? process.argv[2 + [...held.keys()].indexOf(d.file.fileName)] : d.file?.fileName
  console.log(`${file}:${at}: ${ts.flattenDiagnosticMessageText(d.messageText, '\n')}`)
}
if (!held.size) console.log('no dashboard was given')
process.exit(wrong.length || !held.size ? 1 : 0)
