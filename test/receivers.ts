/** Real receivers on loopback: an HTTP server and an SMTP server that keep what they are sent. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { onTestFinished } from 'vitest'

export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface HttpReceiver {
  readonly url: string
  readonly received: readonly Received[]
  /** Answers this from now on; 200 at first. A promise holds the answer back. */
  answer(status: number | (() => Promise<number>), headers?: Record<string, string>): void
}

export async function httpReceiver(): Promise<HttpReceiver> {
  const received: Received[] = []
  let next: () => Promise<number> = async () => 200
  let more: Record<string, string> = {}
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      const body = Buffer.concat(chunks).toString()
      received.push({ path: request.url ?? '', headers: request.headers, body })
      response.writeHead(await next(), more).end('ok')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    answer(status, headers = {}) {
      next = typeof status === 'number' ? async () => status : status
      more = headers
    },
  }
}

export interface Mail {
  readonly from: string
  readonly to: readonly string[]
  /** As sent, headers and text. */
  readonly raw: string
}

export interface MailReceiver {
  readonly port: number
  readonly mails: readonly Mail[]
}

/** Takes mail from whoever logs in as `pgtend` with the password, or from anybody where none is given. */
export async function mailReceiver(password?: string): Promise<MailReceiver> {
  const mails: Mail[] = []
  const server = new SMTPServer({
    authOptional: password === undefined,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    onAuth(auth, _, done) {
      if (auth.username === 'pgtend' && auth.password === password) done(null, { user: 'pgtend' })
      else done(new Error(`no such login: ${auth.username} ${auth.password}`))
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map((r) => r.address),
          raw: Buffer.concat(chunks).toString(),
        })
        done()
      })
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())))
  return { port: (server.server.address() as AddressInfo).port, mails }
}

/** A header of a mail, unfolded. */
export function headerOf({ raw }: Mail, name: string): string | undefined {
  const head = raw.slice(0, raw.indexOf('\r\n\r\n')).replaceAll(/\r\n[ \t]+/g, ' ')
  const line = head.split('\r\n').find((l) => l.toLowerCase().startsWith(`${name.toLowerCase()}:`))
  return line?.slice(name.length + 1).trim()
}
