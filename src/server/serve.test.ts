import { createServer, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { AppError } from '../core/errors.ts'
import { type Served, serve } from './serve.ts'

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

const app = { fetch: () => new Response('here') }
const served = async (options: Parameters<typeof serve>[1]): Promise<Served> => {
  const server = await serve(app, options)
  open.push(server)
  return server
}

/** A port that another program has. */
const taken = (): Promise<number> =>
  new Promise((resolve) => {
    const server: Server = createServer().listen(0, '127.0.0.1', () => {
      resolve((server.address() as { port: number }).port)
    })
    open.push(server)
  })

test('listens on the loopback address', async () => {
  const { url, port } = await served({ port: 0 })
  expect(url).toBe(`http://127.0.0.1:${port}`)
  expect(await (await fetch(url)).text()).toBe('here')
})

test('takes a later port when the first is taken', async () => {
  const port = await taken()
  const server = await served({ port })
  expect(server.port).toBeGreaterThan(port)
  expect(await (await fetch(server.url)).text()).toBe('here')
})

test('says so when exactly this port was wanted', async () => {
  const port = await taken()
  const refused = serve(app, { port, exact: true })
  await expect(refused).rejects.toBeInstanceOf(AppError)
  await expect(refused).rejects.toMatchObject({ code: 'port-taken', detail: `127.0.0.1:${port}` })
})

test('an address that is not of this machine is an error at once', async () => {
  await expect(serve(app, { host: '192.0.2.1', port: 0 })).rejects.toMatchObject({ code: 'port-taken' })
})

test('closing ends a stream that would go on for ever', async () => {
  const endless = {
    fetch: () => new Response(new ReadableStream({ start: (c) => c.enqueue(new Uint8Array(1)) })),
  }
  const server = await serve(endless, { port: 0 })
  const response = await fetch(server.url)
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  await reader.read()
  await server.close()
  await expect(reader.read()).rejects.toThrow()
})
