// The health of a database, with every point that is missing and why.
import { DatabaseMonitor } from 'pgtend'

const url = process.argv[2] ?? process.env.DATABASE_URL ?? ''
const monitor = new DatabaseMonitor(url)
const { score, status, coverage, deductions, unknown } = await monitor.checkHealth()

console.log(`${score} of 100, ${status}; ${Math.round(coverage * 100)} % of the rules could be judged`)
for (const { points, summary } of deductions) console.log(`−${points}  ${summary}`)
for (const { title, detail, fix } of unknown) console.log(`?  ${title}: ${detail} ${fix ?? ''}`)
