const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1024,
  mb: 1024 ** 2,
  gb: 1024 ** 3,
  tb: 1024 ** 4,
}

/** Bytes of a size as people and PostgreSQL write it (`5 GB`, `512MB`, `1048576`), or undefined. Units are powers of 1024. */
export function parseByteSize(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?i?b?)\s*$/i.exec(text)
  if (!match) return undefined
  const unit = UNITS[(match[2] as string).toLowerCase().replace('i', '')]
  return unit === undefined ? undefined : Math.round(Number(match[1]) * unit)
}
