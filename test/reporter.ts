import type { Reporter, TestModule } from 'vitest/node'

/** Ends the run with the bare line `N passed, N failed`; a file that could not be loaded counts as one failure. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0
    let failed = errors.length
    for (const module of modules) {
      const tests = [...module.children.allTests()].map((test) => test.result().state)
      passed += tests.filter((state) => state === 'passed').length
      const failures = tests.filter((state) => state === 'failed').length
      failed += failures > 0 || module.ok() ? failures : 1
    }
    console.log(`${passed} passed, ${failed} failed`)
  }
}
