import type { Channel, Message } from '../core/notice.ts'
import { postJson } from './http.ts'
import { ackCommand, headline, MOST_SHOWN, sentences, subject, TEST_SENTENCE } from './words.ts'

/** A Slack incoming webhook, or another service that takes its shape (Mattermost, Discord with `/slack`). */
export function slack(options: { readonly name: string; readonly url: string }): Channel {
  return {
    name: options.name,
    kind: 'slack',
    send: (message) => postJson(options.url, JSON.stringify(body(message))),
  }
}

function body(message: Message): object {
  const shown = message.notices.slice(0, MOST_SHOWN)
  const more = message.notices.length - shown.length
  const sections = message.test ? [TEST_SENTENCE] : shown.map(sectionOf)
  if (more > 0) sections.push(`And ${more} more.`)
  return {
    // Shown in notifications and by receivers that don't know blocks.
    text: plainText(subject(message)),
    unfurl_links: false,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: clip(subject(message), 150) } },
      ...sections.map((text) => ({ type: 'section', text: { type: 'mrkdwn', text: clip(text, 2900) } })),
      // No idempotency with Slack: the id lets a person see that two messages are the same one.
      {
        type: 'context',
        elements: [
          {
            type: 'plain_text',
            text: `pgtend ${message.id}${message.repeat ? ', may have come before' : ''}`,
          },
        ],
      },
    ],
  }
}

function sectionOf(notice: Message['notices'][number]): string {
  const { what, todo } = sentences(notice)
  const lines = [`*${plainText(headline(notice))}*`, plainText(what)]
  if (todo !== undefined) lines.push(`→ ${plainText(todo)}`, `\`${ackCommand(notice)}\``)
  return lines.join('\n')
}

/** Slack's three control characters: a table's name must not become a mention or a link. */
const plainText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const clip = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`
