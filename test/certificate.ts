/** X.509 certificates for TLS tests, written by hand in DER: node:crypto reads certificates but can't make them. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

export interface Certificate {
  readonly cert: string
  readonly key: string
  readonly name: string
  readonly privateKey: KeyObject
}

/**
 * A certificate valid for a day. Without `issuer` it is a self-signed authority.
 * `hosts` are the DNS names of the subject (subjectAltName).
 */
export function makeCertificate(o: {
  name: string
  issuer?: Certificate
  hosts?: readonly string[]
}): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ecdsaWithSha256 = seq(oid('2a8648ce3d040302'))
  const day = 86_400_000
  const extensions = [
    ...(o.issuer
      ? []
      : [seq(oid('551d13'), der(0x01, Buffer.from([0xff])), octets(seq(der(0x01, Buffer.from([0xff])))))]),
    ...(o.hosts
      ? [seq(oid('551d11'), octets(seq(...o.hosts.map((host) => der(0x82, Buffer.from(host))))))]
      : []),
  ]
  const body = seq(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from(`01${Buffer.from(o.name).toString('hex').slice(0, 30)}`, 'hex')),
    ecdsaWithSha256,
    commonName(o.issuer?.name ?? o.name),
    seq(utcTime(Date.now() - day), utcTime(Date.now() + day)),
    commonName(o.name),
    publicKey.export({ format: 'der', type: 'spki' }),
    ...(extensions.length > 0 ? [der(0xa3, seq(...extensions))] : []),
  )
  const signature = sign('sha256', body, o.issuer?.privateKey ?? privateKey)
  const whole = seq(body, ecdsaWithSha256, der(0x03, Buffer.concat([Buffer.from([0]), signature])))
  const lines = whole.toString('base64').match(/.{1,64}/g) as string[]
  return {
    name: o.name,
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
    privateKey,
  }
}

/** Tag, length, value. */
function der(tag: number, value: Buffer): Buffer {
  const size = value.length
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  return Buffer.concat([Buffer.from([tag, ...length]), value])
}

const seq = (...parts: Buffer[]): Buffer => der(0x30, Buffer.concat(parts))
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'))
const octets = (value: Buffer): Buffer => der(0x04, value)
const commonName = (name: string): Buffer => seq(der(0x31, seq(oid('550403'), der(0x0c, Buffer.from(name)))))
const utcTime = (ms: number): Buffer =>
  der(0x17, Buffer.from(`${new Date(ms).toISOString().replace(/\D/g, '').slice(2, 14)}Z`))
