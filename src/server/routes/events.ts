import { z } from 'zod'
import { defineRoute } from '../route.ts'

const HEARTBEAT = 15_000
/** Messages that a stalled reader may leave unread before it is cut off; it reconnects by itself. */
const MOST_UNREAD = 1_000

export default defineRoute({
  path: '/api/events',
  doc: 'Server-sent events: `cycle` when a target was read, `connection` when one was lost or found again, `alert` when alerts began, changed or ended, `run` when an action began, went on or ended. A comment every 15 s keeps the line open.',
  answer:
    'event: cycle|connection, data: { type, target, at, tables }; event: alert, data: { type, target, at, alerts: [id] }; event: run, data: a run, as in /api/runs',
  query: z.strictObject({}),
  handle(_, { monitor, alerts, operator }) {
    const encoder = new TextEncoder()
    let leave = () => {}
    const body = new ReadableStream<Uint8Array>(
      {
        start(controller) {
          const send = (text: string) => {
            if ((controller.desiredSize ?? 0) <= 0) {
              leave()
              controller.error(new Error('the reader of /api/events does not read'))
            } else controller.enqueue(encoder.encode(text))
          }
          const tell = (event: { readonly type: string }) =>
            send(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
          const leaving = [
            monitor.subscribe(tell),
            alerts?.subscribe(tell),
            operator?.subscribe((run) => send(`event: run\ndata: ${JSON.stringify(run)}\n\n`)),
          ]
          const heartbeat = setInterval(() => send(': still here\n\n'), HEARTBEAT)
          heartbeat.unref()
          leave = () => {
            clearInterval(heartbeat)
            for (const end of leaving) end?.()
          }
          // Headers reach the browser with the first bytes.
          send('retry: 2000\n\n')
        },
        cancel: () => leave(),
      },
      new CountQueuingStrategy({ highWaterMark: MOST_UNREAD }),
    )
    return new Response(body, {
      headers: {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        // nginx would hold events back.
        'x-accel-buffering': 'no',
      },
    })
  },
})
