import { expect, test } from 'vitest'
import { parseByteSize } from './byte-size.ts'

test.each([
  ['5 GB', 5 * 1024 ** 3],
  ['512MB', 512 * 1024 ** 2],
  ['1.5 kB', 1536],
  ['8 GiB', 8 * 1024 ** 3],
  ['42', 42],
  ['five', undefined],
  ['-1 GB', undefined],
  ['1 XB', undefined],
])('%s is %s bytes', (text, bytes) => expect(parseByteSize(text)).toBe(bytes))
