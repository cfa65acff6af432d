import { CodeBlock } from '../ui/code-block.tsx'
import { sentence } from '../ui/sentence.ts'

const STATEMENT = /^(grant|analyze|create|alter|vacuum|set)\s/i

/** What would help: a statement to copy, or a sentence. */
export function Remedy({ text }: { readonly text: string | undefined }) {
  if (!text) return null
  if (STATEMENT.test(text)) return <CodeBlock code={text} label="What would make it known" />
  return <p>{sentence(text)}</p>
}
