import { gauge } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import tables from './tables.ts'

export default defineDerived({
  name: 'dead-rows-total',
  title: 'Dead rows',
  doc: 'Dead rows of all tables together: what VACUUM has yet to remove. It is not the space that tables waste, of which it is one cause.',
  rows: 'one',
  from: { tables },
  columns: {
    live: gauge('count', 'Live rows of all tables, estimated'),
    dead: gauge('count', 'Dead rows of all tables, estimated'),
    ratio: gauge('ratio', 'Dead rows out of all rows'),
  },
  history: ['dead', 'ratio'],
  compute({ tables }) {
    const sum = (column: 'live' | 'dead'): number => tables.reduce((total, t) => total + t[column], 0)
    const [live, dead] = [sum('live'), sum('dead')]
    return [{ live, dead, ratio: dead === 0 ? 0 : dead / (live + dead) }]
  },
})
