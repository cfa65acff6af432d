import type { Message, Notice } from '../core/notice.ts'

/** Alerts that a message for people spells out; the rest is counted. */
export const MOST_SHOWN = 10

const KINDS: Record<Notice['kind'], string> = {
  firing: 'Alert',
  escalated: 'Worse',
  reminder: 'Still there',
  resolved: 'Resolved',
}

/** `Critical alert: Sessions wait for a lock`. */
export const headline = ({ kind, severity, title }: Notice): string =>
  kind === 'firing' && severity === 'critical' ? `Critical alert: ${title}` : `${KINDS[kind]}: ${title}`

/** The message in one line, with the name of the target. */
export function subject({ target, notices, test }: Message): string {
  if (test) return `${line(target.name)}: test of this channel`
  const [first, ...others] = notices
  if (!first) return line(target.name)
  const more = others.length > 0 ? ` and ${others.length} more` : ''
  return line(`${target.name}: ${headline(first)}${more}`)
}

/** One line without control characters: a name must not be able to start a new header or paragraph. */
export const line = (text: string): string =>
  text
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    .replace(/[\s\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/gu, ' ')
    .trim()

/** What to say of one alert: what is, and what to do about it unless it is over. */
export function sentences(notice: Notice): { readonly what: string; readonly todo: string | undefined } {
  const time = (at: number) => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
  if (notice.kind === 'resolved') {
    const until = notice.resolvedAt === null ? '' : ` until ${time(notice.resolvedAt)}`
    return { what: line(`From ${time(notice.since)}${until}. It said: ${notice.summary}`), todo: undefined }
  }
  return { what: line(`${notice.summary} Since ${time(notice.since)}.`), todo: line(notice.action) }
}

/** How to acknowledge from a terminal. */
export const ackCommand = (notice: Notice): string => `pgtend alerts ack ${notice.alert}`

export const TEST_SENTENCE = 'This is a test of the channel. Nothing is wrong.'
