/** Bytes or seconds of each unit that settings take or are kept in ("Parameter Names and Values" in the documentation). */
const UNITS: Readonly<Record<string, number>> = {
  ...{ B: 1, kB: 1024, MB: 1024 ** 2, GB: 1024 ** 3, TB: 1024 ** 4, '8kB': 8192, '16kB': 16384 },
  ...{ us: 1e-6, ms: 0.001, s: 1, min: 60, h: 3600, d: 86_400 },
}

/** Each as its shortest form, which may be continued up to the whole word (parse_bool_with_len in bool.c). */
const ON = /^(t(r(u(e)?)?)?|y(e(s)?)?|on|1)$/
const OFF = /^(f(a(l(s(e)?)?)?)?|n(o)?|off?|0)$/

/**
 * A setting's value as somebody wrote it, in the form in which pg_settings has it, sizes in bytes and times in seconds; below
 * zero is left alone. `type` and `unit` as pg_settings has them (vartype, unit).
 */
export function settingValue(text: string, type: string, unit: string | null): string {
  const word = text.trim().toLowerCase()
  if (type === 'bool' || type === 'enum') return ON.test(word) ? 'on' : OFF.test(word) ? 'off' : word
  if (unit === null) return text.trim()
  const [, figure, written = unit] = /^([-+]?[\d.]+(?:e[-+]?\d+)?)\s*([a-zA-Z]+)?$/i.exec(text.trim()) ?? []
  const number = Number(figure)
  const factor = UNITS[written]
  if (!Number.isFinite(number) || factor === undefined) return text.trim()
  return String(number < 0 ? number : number * factor)
}
