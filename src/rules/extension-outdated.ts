import { defineRule } from '../core/rule.ts'
import extensions from '../probes/extensions.ts'

export default defineRule({
  name: 'extension-outdated',
  title: 'Extension not updated',
  doc: 'The files on the server offer another version of an extension than this database has, as after an upgrade of the server or of the package. The old definitions go on working; fixes, new columns and functions are missing.',
  remedy: 'Read the extension’s release notes and run ALTER EXTENSION … UPDATE in this database.',
  needs: { extensions },
  thresholds: {},
  deductions: { info: 0 },
  check({ extensions }) {
    return extensions
      .filter((e) => e.outdated)
      .map((e) => ({
        subject: `extension ${e.extension}`,
        severity: 'info' as const,
        value: 1,
        unit: 'count' as const,
        summary: `${e.extension} is at version ${e.installed}; the server has the files of ${e.offered}.`,
        evidence: { installed: e.installed, offered: e.offered, schema: e.schema },
      }))
  },
})
