'use strict'
// Runs after npm ci, on the machine's own Node. npm 10 removes node_modules/.bin/node together with the Node of the
// other architecture, which has a bin of the same name: without it the scripts here would run on the machine's Node.
const fs = require('node:fs')
const path = require('node:path')

const modules = path.join(__dirname, '..', 'node_modules')
const ours = path.join(`node-${process.platform}-${process.arch}`, 'bin', 'node')
const link = path.join(modules, '.bin', 'node')

if (fs.existsSync(path.join(modules, ours)) && !fs.existsSync(link)) {
  fs.rmSync(link, { force: true })
  fs.symlinkSync(path.join('..', ours), link)
}
