import { z } from 'zod'
import { describe } from '../../render/catalog.ts'
import { knowledge } from '../knowledge.ts'
import { defineRoute } from '../route.ts'

export default defineRoute({
  path: '/api/catalog',
  doc: 'What is read, judged and recommended, with every column, unit and threshold: enough to draw any table.',
  answer:
    "{ tables: [{ name, title, doc, kind: 'probe'|'derived', rows, every?, needs?, extension?, history?, columns: [{ name, kind, type, unit, help, optional }] }], rules: [{ name, title, doc, remedy, thresholds, deductions, cap? }], advice: [{ name, title, doc, thresholds }] }",
  query: z.strictObject({}),
  handle: () => describe(knowledge),
})
