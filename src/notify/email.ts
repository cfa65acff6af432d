import type { Transporter } from 'nodemailer'
import type { Channel, Message } from '../core/notice.ts'
import { PATIENCE, Undelivered } from './http.ts'
import { ackCommand, headline, MOST_SHOWN, sentences, subject, TEST_SENTENCE } from './words.ts'

export interface EmailOptions {
  readonly name: string
  /** `smtp://user:password@host:587` or `smtps://…`; with smtp:// STARTTLS is used where the server has it. */
  readonly server: string
  readonly from: string
  readonly to: readonly string[]
}

/** Mail by SMTP. The same Message-ID at every attempt; one thread for each incident. */
export function email({ name, server, from, to }: EmailOptions): Channel {
  const transport = connectTo(server)
  // Said with each letter that can't be sent.
  transport.catch(() => {})
  return {
    name,
    kind: 'email',
    async send(message) {
      const { threads, ...rest } = mailOf(message)
      try {
        await (await transport).sendMail({
          ...{ from, to: [...to], ...rest },
          ...(threads.length > 0 ? { references: threads, inReplyTo: threads[0] as string } : {}),
          headers: {
            ...{ 'Auto-Submitted': 'auto-generated', 'X-Pgtend-Id': message.id },
            ...(message.repeat ? { 'X-Pgtend-Repeat': 'possible' } : {}),
          },
        })
      } catch (error) {
        throw new Undelivered(reasonOf(error, server))
      }
    },
  }
}

/** The mailer is loaded where there is a channel for it, and at once: not on the night that it is needed. */
async function connectTo(server: string): Promise<Transporter> {
  const { createTransport } = await import('nodemailer')
  return createTransport({
    url: server,
    connectionTimeout: PATIENCE / 2,
    greetingTimeout: PATIENCE / 2,
    socketTimeout: PATIENCE,
    // Nothing of a message may make the mailer read a file or an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}

/** Not a host of ours: it only has to be unique. */
const idOf = (id: string): string => `<${id}@pgtend.invalid>`

function mailOf(message: Message): { messageId: string; subject: string; text: string; threads: string[] } {
  const shown = message.notices.slice(0, MOST_SHOWN)
  const more = message.notices.length - shown.length
  const parts = message.test ? [TEST_SENTENCE] : shown.map(partOf)
  if (more > 0) parts.push(`And ${more} more.`)
  const incidents = new Set(message.notices.map((n) => n.incident))
  return {
    messageId: idOf(message.id),
    subject: subject(message),
    text: `${parts.join('\n\n')}\n\n--\npgtend, ${message.target.name}\n`,
    threads: [...incidents].slice(0, 1).map(idOf),
  }
}

function partOf(notice: Message['notices'][number]): string {
  const { what, todo } = sentences(notice)
  const lines = [headline(notice), what]
  if (todo !== undefined) lines.push(`What to do: ${todo}`, `Acknowledge: ${ackCommand(notice)}`)
  return lines.join('\n')
}

/** Code and the server's answer, without anything of the address that might be a secret. */
function reasonOf(error: unknown, server: string): string {
  const { code, message } = error as NodeJS.ErrnoException
  const { username, password } = URL.canParse(server) ? new URL(server) : { username: '', password: '' }
  const secrets = [password, decode(password), username, decode(username)].filter((s) => s !== '')
  const said = secrets.reduce((text, secret) => text.replaceAll(secret, '…'), String(message).slice(0, 300))
  return code === undefined ? said : `${code}: ${said}`
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
