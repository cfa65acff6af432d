/** The page in a real browser against the real thing: demo, monitor, store and server. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createActing } from '../../src/action-service.ts'
import { demoApp } from '../../src/cli/demo-app.ts'
import { type Demo, startDemo } from '../../src/demo/demo.ts'
import { parseConfig } from '../../src/monitor/config.ts'
import { createMonitor } from '../../src/monitor/monitor.ts'
import { createOptimizer } from '../../src/optimize-service.ts'
import { connect } from '../../src/postgres/session.ts'
import { parseUrl, redactUrl } from '../../src/postgres/url.ts'
import { createPrivatePlanners } from '../../src/private-planners.ts'
import { createQueries } from '../../src/query-service.ts'
import { createApp } from '../../src/server/app.ts'
import { serve } from '../../src/server/serve.ts'
import { openStore } from '../../src/store/open-store.ts'
import { plannerHome } from '../optimizer-app.ts'
import { launchBrowser } from './browser.ts'
import { axeFindings, openPage, overflow } from './open-page.ts'
import { buildWeb } from './web-build.ts'

const browser = await launchBrowser()
if (!browser) console.warn('No Chromium here: set CHROME_PATH to test the page. SKIPPED.')

const config = parseConfig({ cadence: { tick: 1, minute: 3, sweep: 15 }, limits: { storage: '5 GB' } })
const PATIENCE = { timeout: 90_000 }

describe.skipIf(!browser)('the page of a real demo', () => {
  const undo: (() => Promise<unknown>)[] = []
  const home = plannerHome()
  const faults: Error[] = []
  let url: string
  let demo: Demo

  beforeAll(async () => {
    const dir = await mkdtemp(join(tmpdir(), 'pgtend-page-'))
    undo.push(() => rm(dir, { recursive: true, force: true }))
    const web = await buildWeb()
    undo.push(web.remove)
    demo = await startDemo({ dir, scale: 0.02, rate: 20 })
    undo.push(() => demo.stop())
    const store = await openStore({ path: join(dir, 'history.db') })
    undo.push(() => store.close())
    const ports = {
      connect: (target: string) => connect(parseUrl(target, {})),
      redact: redactUrl,
      backoff: () => 500,
      onError: (error: Error) => faults.push(error),
    }
    const targets = [{ name: 'WedSync demo', url: demo.monitorUrl, actionUrl: demo.url }]
    const monitor = createMonitor({ targets, config, store, ports })
    undo.push(() => monitor.stop())
    const acting = createActing({ targets, config, store, allow: true, onError: ports.onError })
    undo.push(() => acting.stop())
    const { operator } = acting
    const planners = createPrivatePlanners({ targets, home: home() })
    undo.push(() => planners.close())
    const [optimizer, queries] = [createOptimizer(planners), createQueries(planners)]
    undo.push(() => optimizer.stop())
    undo.push(() => queries.stop())
    const app = createApp({
      monitor,
      operator,
      optimizer,
      queries,
      extra: demoApp(demo),
      webRoot: web.folder,
    })
    const served = await serve(app, { port: 0 })
    undo.push(() => served.close())
    monitor.start()
    acting.start()
    url = served.url
  }, 240_000)

  afterAll(async () => {
    await browser?.close()
    for (const step of undo.reverse()) await step()
  }, 120_000)

  const open = (view = {}) => openPage(browser as Browser, url, view)
  const judged = (page: Page) =>
    page.getByRole('img', { name: /^Health score \d+ of 100$/ }).waitFor(PATIENCE)

  test('shows the score, figures in every widget and a history that grows', async () => {
    const { page, errors, close } = await open()
    await judged(page)
    for (const text of [/of \d+ usable connections/, /of 5 GB/, /Top statements/, /^Live$/])
      await page.getByText(text).first().waitFor(PATIENCE)
    await page.getByText('No session waits for a lock').waitFor(PATIENCE)
    await page.getByRole('cell', { name: /\/s$/ }).first().waitFor(PATIENCE)
    await page.getByRole('img', { name: /^Connections from/ }).waitFor(PATIENCE)
    expect(errors).toEqual([])
    expect(faults).toEqual([])
    await close()
  }, 180_000)

  test('a fault switched on in the panel appears as a finding and disappears when it is switched off', async () => {
    const { page, errors, close } = await open()
    await judged(page)
    const fault = page.getByRole('switch', { name: /blocking/i })
    await fault.click()
    await page.getByRole('treeitem').first().waitFor(PATIENCE)
    const finding = page.getByRole('list', { name: 'Open findings' }).getByText(/block/i).first()
    await finding.waitFor(PATIENCE)
    expect(
      await page
        .getByRole('region', { name: 'Locks' })
        .getByText(/Warning|Critical/)
        .isVisible(),
    ).toBe(true)
    await page.locator('[role=switch][aria-busy=false][aria-checked=true]').waitFor(PATIENCE)
    await fault.click()
    await page.getByText('No session waits for a lock').waitFor(PATIENCE)
    await finding.waitFor({ ...PATIENCE, state: 'detached' })
    await page.getByText(/resolved in 7 days/).waitFor(PATIENCE)
    expect(errors).toEqual([])
    await close()
  }, 300_000)

  test('a vacuum planned from a finding is run, measured, and the finding goes', async () => {
    const { page, errors, close } = await open()
    await judged(page)
    const fault = page.getByRole('switch', { name: /dead rows/i })
    await fault.click()
    const findings = page.getByRole('list', { name: 'Open findings' })
    const finding = findings.getByText('Many dead rows')
    await finding.click(PATIENCE)
    await page
      .getByRole('button', { name: /^Plan: Vacuum public.form_responses/ })
      .first()
      .click(PATIENCE)
    const dialog = page.getByRole('dialog')
    await dialog.getByText(/^VACUUM/).waitFor(PATIENCE)
    await dialog.getByRole('button', { name: 'Vacuum public.form_responses', exact: true }).click()
    await dialog.getByText(/^Done in/).waitFor(PATIENCE)
    const cells = dialog.getByRole('row', { name: /^Dead rows/ }).getByRole('cell')
    await expect.poll(async () => (await cells.allTextContents())[1], { timeout: 20_000 }).toBe('0')
    await dialog.getByRole('button', { name: 'Close' }).last().click()
    await finding.waitFor({ ...PATIENCE, state: 'detached' })
    await page.locator('[role=switch][aria-busy=false][aria-checked=true]').waitFor(PATIENCE)
    await fault.click()
    expect(errors).toEqual([])
    await close()
  }, 300_000)

  test('a slow statement is optimized: the index that it misses, proved, up to the plan that makes it', async () => {
    const { page, errors, close } = await open({ width: 1440 })
    await judged(page)
    const fault = page.getByRole('switch', { name: /missing index/i })
    // A second try finds it on.
    if ((await fault.getAttribute('aria-checked')) === 'false') await fault.click()
    await page.locator('[role=switch][aria-busy=false][aria-checked=true]').waitFor(PATIENCE)
    // Not the one that writes to the table, nor the one that finds its newest rows by another index.
    const statement = page.getByRole('row', { name: /count\(.*from activity_logs where entity_id/ })
    await statement.getByRole('link', { name: /^Optimize/ }).click(PATIENCE)
    const index = page.getByRole('region', { name: /^Suggested index/ })
    await index
      .getByText(/^activity_logs \(entity_id/)
      .first()
      .waitFor(PATIENCE)
    await page.getByText(/^It can be [\d,.]+ times cheaper$/).waitFor(PATIENCE)
    await page.getByRole('tree', { name: 'Plan now' }).last().getByText('Seq Scan').first().waitFor(PATIENCE)
    expect(await overflow(page)).toBeLessThanOrEqual(0)
    expect(await axeFindings(page)).toEqual([])
    await index
      .getByRole('button', { name: /^Plan: Create index on public.activity_logs/ })
      .first()
      .click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText(/^CREATE INDEX CONCURRENTLY/).waitFor(PATIENCE)
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Overview' }).click()
    await fault.click()
    await page.locator('[role=switch][aria-busy=false][aria-checked=false]').first().waitFor(PATIENCE)
    expect(errors).toEqual([])
    await close()
  }, 300_000)

  test.each([
    ['light', 1440],
    ['dark', 390],
  ] as const)(
    'is accessible and fits its window in %s at %i pixels',
    async (scheme, width) => {
      const { page, close } = await open({ scheme, width })
      await judged(page)
      await page.getByRole('img', { name: /^Connections from/ }).waitFor(PATIENCE)
      await page.getByRole('row').nth(3).waitFor(PATIENCE)
      expect(await overflow(page)).toBeLessThanOrEqual(0)
      expect(await axeFindings(page)).toEqual([])
      await close()
    },
    180_000,
  )
})
