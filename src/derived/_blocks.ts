import { type Capabilities, numberSetting } from '../core/server.ts'

/** Bytes of a page. 8 kB unless the server was compiled otherwise. */
export const blockSize = (server: Capabilities): number => numberSetting(server, 'block_size') ?? 8192
