import { sqlTokens } from '../ui/sql-tokens.ts'

/** A run of text that both have, or only the one before (`del`) or after (`ins`). */
export interface DiffPart {
  readonly kind: 'same' | 'ins' | 'del'
  readonly text: string
}

/** Beyond so many words times words the whole middle counts as changed. */
const MOST = 1_000_000

const wordsOf = (text: string): readonly string[] =>
  sqlTokens(text).flatMap(({ kind, text: token }) =>
    kind === 'plain' ? (token.match(/\s+|[\p{L}\p{N}_$"]+|[^\s\p{L}\p{N}_$"]/gu) ?? []) : [token],
  )

/** What was changed from one statement to another, word by word: the longest common sequence. Pure. */
export function textDiff(before: string, after: string): readonly DiffPart[] {
  const [a, b] = [wordsOf(before), wordsOf(after)]
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end])
    end++
  const middle = common(a.slice(start, a.length - end), b.slice(start, b.length - end))
  const same = (words: readonly string[]): DiffPart => ({ kind: 'same', text: words.join('') })
  return joined([same(a.slice(0, start)), ...middle, same(a.slice(a.length - end))])
}

function common(a: readonly string[], b: readonly string[]): readonly DiffPart[] {
  if (a.length * b.length > MOST)
    return [
      { kind: 'del', text: a.join('') },
      { kind: 'ins', text: b.join('') },
    ]
  const width = b.length + 1
  const lengths = new Uint32Array((a.length + 1) * width)
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  const parts: DiffPart[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const [word = '', other = ''] = [a[i], b[j]]
    if (i < a.length && j < b.length && word === other) {
      parts.push({ kind: 'same', text: word })
      i++
      j++
    } else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1))) {
      parts.push({ kind: 'del', text: word })
      i++
    } else {
      parts.push({ kind: 'ins', text: other })
      j++
    }
  }
  return parts
}

/** Neighbours of one kind as one; a blank between two changes of a kind belongs to them. */
function joined(parts: readonly DiffPart[]): readonly DiffPart[] {
  const all: DiffPart[] = []
  for (const part of parts) {
    const last = all.at(-1)
    if (part.text === '') continue
    if (last?.kind === part.kind) all[all.length - 1] = { kind: part.kind, text: last.text + part.text }
    else all.push(part)
  }
  return all
}
