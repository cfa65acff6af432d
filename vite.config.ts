import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** `vite build` writes the dashboard to dist/web; `vite` serves it beside a running `pgtend serve` or `demo`. */
export default defineConfig({
  root: fileURLToPath(new URL('src/web', import.meta.url)),
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL('dist/web', import.meta.url)),
    emptyOutDir: true,
    // One piece on purpose: a view must open though pgtend has gone away meanwhile.
    chunkSizeWarningLimit: 700,
    // From here on browsers know light-dark(), which the themes rest on.
    target: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
  },
  server: { proxy: { '/api': 'http://127.0.0.1:4711' } },
})
