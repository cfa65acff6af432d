/** The page in a real browser against a stand-in API: each state that a widget can be in. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser } from './browser.ts'
import { axeFindings, openPage, overflow, type View } from './open-page.ts'
import { startStandIn } from './stand-in.ts'
import { buildWeb } from './web-build.ts'

const browser = await launchBrowser()
if (!browser) console.warn('No Chromium here: set CHROME_PATH to test the page. SKIPPED.')

describe.skipIf(!browser)('the page', () => {
  let api: Awaited<ReturnType<typeof startStandIn>>
  let web: Awaited<ReturnType<typeof buildWeb>>

  beforeAll(async () => {
    web = await buildWeb()
    api = await startStandIn(web.folder)
  })
  afterAll(async () => {
    await browser?.close()
    await api?.stop()
    await web?.remove()
  })

  const open = (search: string, view?: View) => openPage(browser as Browser, `${api.url}/?${search}`, view)

  test('shows score, deductions, findings with remedy, and what could not be judged', async () => {
    const { page, errors, close } = await open('target=troubled')
    await page.getByRole('img', { name: 'Health score 45 of 100' }).waitFor()
    const health = page.getByRole('region', { name: 'Health' })
    expect(await health.getByText('Deductions: 55 points').isVisible()).toBe(true)
    expect(await health.getByText('23 of 25 checks could be judged').isVisible()).toBe(true)
    expect(await health.getByText('GRANT pg_monitor TO pgtend;').isVisible()).toBe(true)
    const findings = page.getByRole('list', { name: 'Open findings' })
    await findings.getByText('Sessions blocked by a lock').click()
    expect(await findings.getByText('What to do, in a sentence.').first().isVisible()).toBe(true)
    expect(await findings.getByText('2 min 14 s', { exact: true }).isVisible()).toBe(true)
    expect(errors).toEqual([])
    await close()
  })

  test('shows slots, subscriptions, pools, who holds back VACUUM, and settings with their reasons', async () => {
    const { page, errors, close } = await open('target=troubled')
    const cell = (table: string, text: string) =>
      page.getByRole('table', { name: table }).getByText(text, { exact: false }).first().waitFor()
    await cell('Replication slots', 'none since')
    await cell('Replication slots', 'lost at the next checkpoint')
    await cell('Replication slots', 'of 198 MB')
    const replication = page.getByRole('region', { name: 'Replication', exact: true })
    await replication.getByText('18 MB behind · 2 MB not on its disk').waitFor()
    await replication.getByText('not connected').waitFor()
    await replication.getByText('300 MB behind', { exact: true }).waitFor()
    await cell('Logical subscriptions', 'stopped, failing')
    await cell('Logical subscriptions', 'running, 100 conflicts')
    await cell('Pools of the pooler', 'wedsync / app')
    await cell('Who holds back VACUUM, the oldest first', 'api (pid 4711)')
    const settings = page.getByRole('list', { name: 'Settings to look at' })
    await settings.getByText('half written').waitFor()
    await settings.getByText('on for role reporting, better off').waitFor()
    await settings.getByText('128 MB, a change takes a restart').waitFor()
    await page.goto(page.url().replace('troubled', 'healthy'))
    await page.getByText('No setting deserves a look').waitFor()
    await page.getByText('Nobody: dead rows can be removed at once.').waitFor()
    expect(await page.getByRole('table', { name: 'Pools of the pooler' }).count()).toBe(0)
    expect(errors).toEqual([])
    await close()
  })

  test('draws the blocking tree as a tree that arrow keys walk', async () => {
    const { page, close } = await open('target=troubled')
    const items = page.getByRole('treeitem')
    await items.first().waitFor()
    expect(await items.count()).toBe(10)
    await items.getByText('order-4711').waitFor()
    await items.getByText('prepared 2 h ago, blocks 1 session').waitFor()
    await items.getByText('Not to be ended: it is the API (PostgREST).').waitFor()
    await items.getByText('Not to be ended: it is the autovacuum that prevents').waitFor()
    await items.getByText('autovacuum worker').waitFor()
    await items.first().focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    expect(await page.locator('[role=treeitem]:focus').getAttribute('aria-level')).toBe('3')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    expect(await items.count()).toBe(9)
    await close()
  })

  test('never shows green for what it can not see', async () => {
    const { page, close } = await open('target=blind')
    await page.getByText('Locks: not known (a privilege is missing)').waitFor()
    expect(await page.getByRole('img', { name: 'No health score' }).isVisible()).toBe(true)
    expect(await page.getByText('GRANT pg_monitor TO pgtend_blind;').count()).toBeGreaterThan(5)
    await page.getByText('What could be judged scores 100. What could not may take it down to 0.').waitFor()
    expect(await page.getByText('No session waits for a lock').count()).toBe(0)
    expect(await page.getByRole('region', { name: 'Locks' }).getByText('OK', { exact: true }).count()).toBe(0)
    await close()
  })

  test('keeps what was known of a server that is away, and dates it', async () => {
    const { page, close } = await open('target=away')
    await page.getByText(/^Unreachable since \d\d:\d\d|^Unreachable since \d+ \w+, /).waitFor()
    expect(await page.getByText(/^As of /).count()).toBeGreaterThan(5)
    expect(await page.getByText('Sessions blocked by a lock').first().isVisible()).toBe(true)
    await close()
  })

  test('says so when pgtend answers with an error, and recovers', async () => {
    api.setFailing(true)
    const { page, close } = await open('target=healthy')
    await page.getByText('Something broke').first().waitFor()
    api.setFailing(false)
    await page.reload()
    await page.getByText('No session waits for a lock').waitFor()
    await close()
  })

  test('keeps range and target in the address and the theme in the browser', async () => {
    const { page, close } = await open('target=healthy')
    await page.getByRole('radio', { name: '24 h' }).click()
    await page.getByRole('combobox', { name: 'Target' }).click()
    await page.getByRole('option', { name: /^WedSync staging/ }).click()
    await page.getByRole('img', { name: 'Health score 45 of 100' }).waitFor()
    expect(new URL(page.url()).search).toBe('?target=troubled&range=24h')
    await page.getByRole('radio', { name: 'Dark theme' }).click()
    await page.reload()
    await page.getByRole('img', { name: 'Health score 45 of 100' }).waitFor()
    expect(await page.locator('[data-theme]').getAttribute('data-theme')).toBe('dark')
    expect(await page.getByRole('radio', { name: '24 h' }).getAttribute('data-state')).toBe('on')
    await close()
  })

  test('switches a fault of the demo, and has no panel elsewhere', async () => {
    const { page, close } = await open('target=healthy')
    const fault = page.getByRole('switch', { name: 'Blocking chain' })
    await fault.click()
    await page.getByText('1 fault switched on').waitFor()
    expect(await fault.getAttribute('aria-checked')).toBe('true')
    api.setDemo(false)
    await page.reload()
    await page.getByText('No session waits for a lock').waitFor()
    expect(await page.getByRole('switch').count()).toBe(0)
    api.setDemo(true)
    await close()
  })

  test.each([
    ['troubled', 'light'],
    ['troubled', 'dark'],
    ['blind', 'light'],
    ['away', 'dark'],
    ['healthy', 'light'],
  ] as const)('is accessible: %s in %s', async (target, scheme) => {
    const { page, close } = await open(`target=${target}`, { scheme })
    await page.getByRole('region', { name: 'History' }).waitFor()
    await page.waitForFunction(() => !document.querySelector('[aria-label=Loading]'))
    // What opens must be accessible too.
    await page.locator('details').evaluateAll((all) => {
      for (const details of all) (details as HTMLDetailsElement).open = true
    })
    expect(await axeFindings(page)).toEqual([])
    await close()
  })

  test('asks by itself when no events can be had', async () => {
    api.setEvents(false)
    const { page, close } = await open('target=healthy')
    await page.getByText('Every 15 s').waitFor()
    await page.getByText('No session waits for a lock').waitFor()
    api.setEvents(true)
    await close()
  })

  test.each([390, 768, 1024, 1440])('fits a window %i pixels wide', async (width) => {
    const { page, close } = await open('target=troubled', { width })
    await page.getByRole('img', { name: /^Connections from/ }).waitFor()
    expect(await overflow(page)).toBeLessThanOrEqual(0)
    await close()
  })

  test('can be used by keyboard alone from its skip link on', async () => {
    const { page, close } = await open('target=healthy')
    await page.getByText('No session waits for a lock').waitFor()
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').textContent()).toContain('Skip to health')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Hide what each does' }).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await page.locator('[role=switch]:focus[aria-checked=true]').waitFor()
    await close()
  })
})
