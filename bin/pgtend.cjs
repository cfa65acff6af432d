#!/usr/bin/env node
'use strict'
// Plain CommonJS: it must at least start on the oldest Node that a machine may have.
const fs = require('node:fs')
const path = require('node:path')

/** The first Node that runs TypeScript without a flag and has a stable node:sqlite. */
const LEAST = [22, 18]
const root = path.join(__dirname, '..')

const [major, minor] = process.versions.node.split('.').map(Number)
if (major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])) start()
else reexecute()

function start() {
  // Absent before 22.1; the compiled code of the next start is there already.
  require('node:module').enableCompileCache?.()
  hideExperimentalWarnings()
  const built = path.join(root, 'dist', 'cli', 'main.js')
  const main = fs.existsSync(built) ? built : path.join(root, 'src', 'cli', 'main.ts')
  import(require('node:url').pathToFileURL(main).href).catch((error) => {
    console.error(error)
    process.exit(70)
  })
}

/** node:sqlite announces itself as experimental on 22: nothing that a user can act on. */
function hideExperimentalWarnings() {
  const show = process.emitWarning
  process.emitWarning = (warning, ...rest) => {
    const type = typeof rest[0] === 'string' ? rest[0] : rest[0]?.type
    if (type !== 'ExperimentalWarning') show.call(process, warning, ...rest)
  }
}

/** npm may have brought a newer Node along (optionalDependencies). */
function reexecute() {
  let node
  try {
    const manifest = require.resolve(`node-${process.platform}-${process.arch}/package.json`, {
      paths: [root],
    })
    node = path.join(path.dirname(manifest), 'bin', 'node')
  } catch {
    // Not there: said below.
  }
  if (node === undefined || !fs.existsSync(node)) {
    console.error(`error: pgtend needs Node ${LEAST.join('.')} or newer; this is ${process.version}`)
    console.error('  Install a newer Node (https://nodejs.org) and start pgtend again.')
    process.exit(4)
  }
  const child = require('node:child_process').spawn(node, [__filename, ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  // The terminal sends Ctrl-C to both; other signals only reach this process.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`error: ${node} can not be started: ${error.message}`)
    process.exit(4)
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}
