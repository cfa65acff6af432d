import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'

interface CancelTarget {
  readonly host: string
  readonly port: number
  /** The TLS options that the session itself was made with. */
  readonly ssl: false | ConnectionOptions
  /** Both from the session's BackendKeyData. */
  readonly processId: number
  readonly secretKey: number
}

/**
 * Sends a CancelRequest for the running query over a second socket, with TLS where the session has TLS.
 * Resolves when the server has taken it (it answers by closing) or `timeout` ms have passed; never rejects.
 * Protocol: PostgreSQL documentation, 53.2.8 and 53.2.10.
 */
export function cancelQuery(target: CancelTarget, timeout: number): Promise<void> {
  return new Promise((resolve) => {
    const path = `${target.host}/.s.PGSQL.${target.port}`
    const raw = target.host.startsWith('/') ? connectTcp(path) : connectTcp(target.port, target.host)
    let secure: Socket | undefined
    const finish = () => {
      clearTimeout(timer)
      secure?.destroy()
      raw.destroy()
      resolve()
    }
    const timer = setTimeout(finish, timeout)
    const send = (socket: Socket) => {
      socket.resume()
      socket.write(cancelRequest(target))
    }
    raw.on('error', finish).on('close', finish)
    raw.once('connect', () => {
      if (target.ssl === false) return send(raw)
      raw.write(sslRequest())
      raw.once('data', (answer) => {
        if (answer.toString('latin1') !== 'S') return finish()
        secure = connectTls({
          ...target.ssl,
          socket: raw,
          host: target.host,
          ...(isIP(target.host) === 0 && { servername: target.host }),
        })
        secure.on('error', finish).on('close', finish)
        secure.once('secureConnect', () => send(secure as Socket))
      })
    })
  })
}

function sslRequest(): Buffer {
  const message = Buffer.alloc(8)
  message.writeInt32BE(8, 0)
  message.writeInt32BE(80877103, 4)
  return message
}

function cancelRequest(target: CancelTarget): Buffer {
  const message = Buffer.alloc(16)
  message.writeInt32BE(16, 0)
  message.writeInt32BE(80877102, 4)
  message.writeInt32BE(target.processId, 8)
  message.writeInt32BE(target.secretKey, 12)
  return message
}
