import { readFile } from 'node:fs/promises'
import { extname, join, resolve, sep } from 'node:path'
import type { MiddlewareHandler } from 'hono'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.map': 'application/json',
}

const NOT_BUILT = `<!doctype html><meta charset="utf-8"><title>pgtend</title>
<p>The dashboard has not been built: run <code>npm run build</code>. The API is at <a href="/api/targets">/api/targets</a>.</p>
`

/** The built dashboard: files below `root`, and its page for every other address that a browser asks for. */
export function page(root: string): MiddlewareHandler {
  const base = resolve(root)
  return async (c, next) => {
    const { method, path } = c.req
    if ((method !== 'GET' && method !== 'HEAD') || path === '/api' || path.startsWith('/api/')) return next()
    const wanted = fileOf(base, path)
    const file = wanted === undefined ? undefined : await read(wanted)
    if (wanted !== undefined && file) {
      // Vite names assets by their content.
      const lasting = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
      const type = TYPES[extname(wanted)] ?? 'application/octet-stream'
      return c.body(file, 200, { 'content-type': type, 'cache-control': lasting })
    }
    // A missing file is missing; `/tables/public.orders` is an address of the page.
    if (path.startsWith('/assets/') || extname(path) in TYPES) return next()
    const index = await read(join(base, 'index.html'))
    return c.html(index ? new TextDecoder().decode(index) : NOT_BUILT, index ? 200 : 503, {
      'cache-control': 'no-cache',
    })
  }
}

/** The file that a path names, or undefined when it would lie outside the folder. */
function fileOf(base: string, path: string): string | undefined {
  let name: string
  try {
    name = decodeURIComponent(path)
  } catch {
    return undefined
  }
  const file = resolve(base, `.${name}`)
  return file.startsWith(base + sep) && !name.includes('\0') ? file : undefined
}

async function read(file: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return new Uint8Array(await readFile(file))
  } catch {
    return undefined
  }
}
