import { boundHeap } from '../src/cli/heap.ts'

// As `serve` does: before the code is loaded.
boundHeap()
await import('./cost-subject.ts')
