import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, type Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { type BackupFile, MANIFEST, type Manifest, SUMS } from './manifest.ts'

/** Nobody else may read a backup: it holds every row, whatever the grants in the database say. */
export const FILE_MODE = 0o600
export const FOLDER_MODE = 0o700
/** gzip's fastest: a fifth larger than the default, in a third of the time. */
const LEVEL = 1

/** Streams these parts into a compressed file that is on disk when it resolves. The hash is of the compressed bytes. */
export async function writeCompressed(
  folder: string,
  name: string,
  parts: readonly (string | Readable)[],
  signal?: AbortSignal,
): Promise<BackupFile> {
  return writeHashed(folder, name, createGzip({ level: LEVEL, chunkSize: 65_536 }), parts, signal)
}

/** The same without compression. */
export async function writePlain(folder: string, name: string, text: string): Promise<BackupFile> {
  return writeHashed(folder, name, new PassThrough(), [text])
}

/** What is compressed already. */
export async function writeStream(
  folder: string,
  name: string,
  stream: Readable,
  signal: AbortSignal,
): Promise<BackupFile> {
  return writeHashed(folder, name, new PassThrough(), [stream], signal)
}

async function writeHashed(
  folder: string,
  name: string,
  through: Transform,
  parts: readonly (string | Readable)[],
  signal?: AbortSignal,
): Promise<BackupFile> {
  const handle = await open(join(folder, name), 'wx', FILE_MODE)
  try {
    const hash = createHash('sha256')
    let bytes = 0
    const write = async (source: AsyncIterable<Buffer>) => {
      for await (const chunk of source) {
        hash.update(chunk)
        bytes += chunk.length
        for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten
      }
    }
    await pipeline(joined(parts), through, write, signal ? { signal } : {})
    await handle.sync()
    return { name, bytes, sha256: hash.digest('hex') }
  } finally {
    await handle.close()
  }
}

async function* joined(parts: readonly (string | Readable)[]): AsyncGenerator<Buffer> {
  for (const part of parts) {
    if (typeof part === 'string') yield Buffer.from(part)
    else for await (const chunk of part) yield chunk as Buffer
  }
}

/** A compressed file's content. */
export function readCompressed(folder: string, name: string): Readable {
  const file = createReadStream(join(folder, name))
  const unpacked = createGunzip()
  file.on('error', (error) => unpacked.destroy(error))
  return file.pipe(unpacked)
}

export async function readText(folder: string, name: string): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of readCompressed(folder, name)) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}

export async function hashFile(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return { bytes: (await stat(path)).size, sha256: hash.digest('hex') }
}

/** Makes names in a folder last. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Writes the manifest and the hashes of all files, the manifest's own among them. */
export async function seal(folder: string, manifest: Manifest): Promise<void> {
  const own = await writePlain(folder, MANIFEST, `${JSON.stringify(manifest, null, 1)}\n`)
  await writePlain(folder, SUMS, sumsOf([...manifest.files, own]))
  await syncFolder(folder)
}

const sumsOf = (files: readonly BackupFile[]): string => files.map((f) => `${f.sha256}  ${f.name}\n`).join('')

/** The manifest of a backup folder; throws when it can't be read. */
export async function readManifest(folder: string): Promise<Manifest> {
  const manifest = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')) as Manifest
  if (manifest.format !== 1 || !Array.isArray(manifest.files)) throw new Error(`${MANIFEST} is not one`)
  return manifest
}

/** What is wrong with the files of a backup: one sentence for each damaged or missing file. Reads all of them. */
export async function damages(folder: string, onFile?: (done: number) => void): Promise<string[]> {
  const found: string[] = []
  const sums = await readFile(join(folder, SUMS), 'utf8').catch(() => undefined)
  if (sums === undefined) return [`${SUMS} is missing`]
  const expected = [...sums.matchAll(/^([0-9a-f]{64}) {2}(.+)$/gm)].map(([, sha256, name]) => [name, sha256])
  const own = expected.find(([name]) => name === MANIFEST)
  let manifest: Manifest | undefined
  const actual = await hashFile(join(folder, MANIFEST)).catch(() => undefined)
  if (!actual) return [`${MANIFEST} is missing`]
  try {
    manifest = await readManifest(folder)
  } catch {
    return [`${MANIFEST} is damaged: it can not be read`]
  }
  const { files } = manifest
  if (own?.[1] !== actual.sha256)
    found.push(`${MANIFEST} is damaged, or ${SUMS}: the hash of ${MANIFEST} is not the one in ${SUMS}`)
  else if (sums !== sumsOf([...files, { name: MANIFEST, ...actual }])) found.push(`${SUMS} is damaged`)
  let done = 0
  for (const { name, bytes, sha256 } of files) {
    const file = await hashFile(join(folder, name)).catch(() => undefined)
    if (!file) found.push(`${name} is missing`)
    else if (file.bytes !== bytes)
      found.push(`${name} has ${file.bytes} bytes, not ${bytes}: it was cut or changed`)
    else if (file.sha256 !== sha256) found.push(`${name} is damaged: its content is not what was written`)
    onFile?.(++done / files.length)
  }
  const known = new Set([...files.map((f) => f.name), MANIFEST, SUMS, 'verified.json'])
  for (const name of await readdir(folder))
    if (!known.has(name)) found.push(`${name} does not belong to the backup`)
  return found
}
