// Says what is wrong with a statement, which index would help, and finds a better text for it.
import { QueryOptimizer } from 'pgtend'

const [, , url = process.env.DATABASE_URL ?? '', sql = 'select 1'] = process.argv
const optimizer = new QueryOptimizer(url)
try {
  const { findings, indexes, gaps } = await optimizer.analyzeQuery(sql)
  for (const { severity, title, message } of findings) console.log(`${severity}: ${title}. ${message}`)
  for (const { ddl, statements } of indexes) {
    const [{ costBefore, costAfter } = { costBefore: 0, costAfter: 0 }] = statements
    console.log(`${ddl.join('\n')}\ncost ${costBefore} -> ${costAfter}`)
  }
  for (const { part, reason } of gaps) console.log(`not known (${part}): ${reason}`)
  const better = await optimizer.generateOptimizedQuery(sql)
  if (better.cost) console.log(`${better.sql}\ncost ${better.cost.before} -> ${better.cost.after}`)
} finally {
  await optimizer.close()
}
