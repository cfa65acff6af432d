import { z } from 'zod'
import { prometheusText } from '../../render/prometheus.ts'
import { tables } from '../knowledge.ts'
import { defineRoute } from '../route.ts'

export default defineRoute({
  path: '/metrics',
  doc: 'Everything that is known as Prometheus text, with what each probe costs. Sessions and tables of more than 1,000 rows are left out.',
  answer: 'text/plain; version=0.0.4',
  query: z.strictObject({}),
  handle(_, { monitor }) {
    const states = monitor.targets.flatMap((id) => monitor.state(id) ?? [])
    return new Response(prometheusText([...tables.values()], states), {
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
    })
  },
})
