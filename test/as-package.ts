/** `node --import` this: the name of the package means its sources, as it means the build for whoever installed it. */
import { registerHooks } from 'node:module'

const sources = new URL('../src/index.ts', import.meta.url).href

registerHooks({
  resolve: (name, context, next) =>
    name === 'pgtend' ? { url: sources, shortCircuit: true } : next(name, context),
})
