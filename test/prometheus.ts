/** A strict reader of the Prometheus text format, to check what pgtend writes. */
export interface ScrapedSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface ScrapedFamily {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly samples: readonly ScrapedSample[]
}

/** Throws on anything that a scrape would be refused for: unknown lines, doubled series, families in pieces. */
export function parsePrometheus(text: string): ScrapedFamily[] {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line does not end')
  const families = new Map<string, ScrapedFamily & { samples: ScrapedSample[] }>()
  const series = new Set<string>()
  let help: string | undefined
  let current: (ScrapedFamily & { samples: ScrapedSample[] }) | undefined
  for (const line of text.split('\n').slice(0, -1)) {
    const meta = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)$/.exec(line)
    if (meta?.[1] === 'HELP') {
      help = meta[3]
    } else if (meta) {
      const name = meta[2] as string
      if (families.has(name)) throw new Error(`${name} comes in pieces`)
      if (help === undefined || !/^(gauge|counter)$/.test(meta[3] as string))
        throw new Error(`bad head of ${name}`)
      current = { name, type: meta[3] as string, help, samples: [] }
      families.set(name, current)
    } else {
      const sample = parseSample(line)
      if (!current || sample.name !== current.name) throw new Error(`${sample.name} outside its family`)
      const key = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).sort())}`
      if (series.has(key)) throw new Error(`doubled series ${key}`)
      series.add(key)
      current.samples.push(sample)
    }
  }
  return [...families.values()]
}

function parseSample(line: string): ScrapedSample {
  const head = /^([a-zA-Z_:][\w:]*)\{/.exec(line)
  if (!head) throw new Error(`not a sample: ${line}`)
  const labels: Record<string, string> = {}
  const label = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(,|\} )/y
  label.lastIndex = head[0].length
  for (;;) {
    const found = label.exec(line)
    if (!found) throw new Error(`bad labels: ${line}`)
    const [, name = '', value = '', end] = found
    if (name in labels) throw new Error(`doubled label ${name}`)
    labels[name] = value.replaceAll(/\\(["\\n])/g, (_, c: string) => (c === 'n' ? '\n' : c))
    if (end !== ',') break
  }
  const value = line.slice(label.lastIndex)
  if (!/^-?\d+(\.\d+)?(e[+-]\d+)?$/.test(value)) throw new Error(`not a number: ${line}`)
  return { name: head[1] as string, labels, value: Number(value) }
}
