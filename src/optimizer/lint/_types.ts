const SHORT: Readonly<Record<string, string>> = {
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  int: 'integer',
  float4: 'real',
  float8: 'double precision',
  bool: 'boolean',
  varchar: 'character varying',
  bpchar: 'character',
  timestamptz: 'timestamp with time zone',
  timestamp: 'timestamp without time zone',
  timetz: 'time with time zone',
  time: 'time without time zone',
  decimal: 'numeric',
}

/** Whether two names are of one type as an index sees it: `int4` and `integer`, text and varchar. */
export function sameType(a: string, b: string): boolean {
  const plain = (name: string) => {
    const bare = name.replace(/\(.*?\)/, '').trim()
    const long = SHORT[bare] ?? bare
    return long === 'character varying' ? 'text' : long
  }
  return plain(a) === plain(b)
}
