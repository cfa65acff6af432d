import { useCatalog } from '../hooks/use-catalog.ts'
import { showEvidence } from '../ui/evidence-value.ts'
import css from './run-state.module.css'
import { sentence } from './words.ts'

type Values = Readonly<Record<string, number | null>>

/** What was measured before and after an action, side by side. */
export function Measures({ before, after }: { readonly before: Values; readonly after: Values }) {
  const { data: catalog } = useCatalog()
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  if (names.length === 0) return null
  const show = (name: string, value: number | null | undefined) =>
    showEvidence(name, value ?? null, undefined, catalog)
  return (
    <table className={css.measures}>
      <thead>
        <tr>
          <th scope="col">Measured</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {names.map((name) => (
          <tr key={name}>
            <th scope="row">{sentence(name.replaceAll('_', ' '))}</th>
            <td>{show(name, before[name])}</td>
            <td>{show(name, after[name])}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
