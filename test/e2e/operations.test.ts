/** What one can do from the page, in a real browser against a stand-in API: plan, approve, follow, stop. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
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
  })
  beforeEach(async () => {
    await api?.stop()
    api = await startStandIn(web.folder)
  })
  afterAll(async () => {
    await browser?.close()
    await api?.stop()
    await web?.remove()
  })

  const open = (path: string, view?: View) => openPage(browser as Browser, `${api.url}${path}`, view)
  const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name })
  const dialog = (page: Page) => page.getByRole('dialog')
  const off = (page: Page, name: string) =>
    dialog(page).getByRole('button', { name, exact: true }).getAttribute('aria-disabled')

  /** Opens the plan of the vacuum that the finding about dead rows leads to. */
  async function planVacuum(page: Page) {
    await page.getByRole('list', { name: 'Open findings' }).getByText('Dead rows', { exact: true }).click()
    await button(page, 'Plan: Vacuum public.form_responses …').first().click()
    await dialog(page).getByText('VACUUM (ANALYZE) public.form_responses').waitFor()
  }

  test('says what fixed a finding, what came back, and what a run and a round of maintenance mended', async () => {
    const { page, errors, close } = await open('/?target=troubled')
    const findings = page.getByRole('region', { name: 'Findings' })
    await findings.getByText('Returned', { exact: true }).waitFor()
    await findings.getByText('Dead rows', { exact: true }).first().click()
    await findings.getByText(/and has come back: Vacuum public.form_responses, by dashboard/).waitFor()
    await findings.getByText('2 findings resolved in 7 days').click()
    await findings.getByText('Verified fixed', { exact: true }).waitFor()
    await findings.getByText('Vacuum public.email_logs, by vacuum. Dead rows 12,731 → 0').waitFor()
    await findings.getByText('Gone by itself', { exact: true }).waitFor()
    await page.getByRole('link', { name: 'Maintenance' }).click()
    await page.getByRole('button', { name: 'Details of Vacuum public.email_logs' }).click()
    await dialog(page).getByText('Dead rows, public.email_logs').waitFor()
    expect(await axeFindings(page)).toEqual([])
    expect(errors).toEqual([])
    await close()
  })

  test('takes back a run that has kept its undo, by a plan of its own; others offer none', async () => {
    const { page, errors, close } = await open('/maintenance?target=troubled')
    await button(page, 'Details of Vacuum public.email_logs').first().click()
    await dialog(page).waitFor()
    expect(await dialog(page).getByRole('button', { name: 'Plan: Undo …' }).count()).toBe(0)
    await dialog(page).getByRole('button', { name: 'Close' }).last().click()
    await button(page, 'Details of Drop public.guest_seats_idx').click()
    await dialog(page).getByRole('button', { name: 'Plan: Undo …' }).click()
    await dialog(page).getByText('CREATE INDEX CONCURRENTLY guest_seats_idx', { exact: false }).waitFor()
    expect(await axeFindings(page)).toEqual([])
    await dialog(page).getByRole('button', { name: 'Take back a run', exact: true }).click()
    await dialog(page).getByText('Running').waitFor()
    expect(errors).toEqual([])
    await close()
  })

  test('folds the steps of a recovery into one entry among the actions', async () => {
    const { page, errors, close } = await open('/maintenance?target=troubled')
    const entries = page.getByRole('list', { name: 'Actions that run or have run' }).locator(':scope > li')
    await entries.filter({ hasText: 'recovery of 3 actions' }).waitFor()
    expect(await entries.count()).toBe(4)
    const step = button(page, 'Details of End PID 5102')
    expect(await step.isVisible()).toBe(false)
    await entries.getByText('Connections are used up', { exact: true }).click()
    expect(await axeFindings(page)).toEqual([])
    await step.click()
    await dialog(page).waitFor()
    expect(errors).toEqual([])
    await close()
  })

  test('walks through its views by address, and goes back', async () => {
    const { page, errors, close } = await open('/?target=troubled')
    const views = page.getByRole('navigation', { name: 'Views' })
    await views.getByRole('link', { name: /^Alerts/ }).click()
    await page.getByRole('region', { name: 'Channels' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/alerts')
    expect(await page.title()).toBe('Alerts · pgtend')
    await views.getByRole('link', { name: 'Capacity' }).click()
    await page.getByText(/^Its limit of 5 GB is reached about/).waitFor()
    expect(new URL(page.url()).search).toBe('?target=troubled')
    await page.reload()
    await page.getByText(/^Its limit of 5 GB is reached about/).waitFor()
    await page.goBack()
    await page.getByRole('region', { name: 'Channels' }).waitFor()
    expect(await views.locator('[aria-current=page]').textContent()).toMatch(/^Alerts/)
    expect(errors).toEqual([])
    await close()
  })

  test('plans an action from a finding, runs what was approved, and shows before and after', async () => {
    const { page, errors, close } = await open('/?target=troubled')
    await planVacuum(page)
    for (const text of [/reads and writes go on/, 'Owner of the table', 'Blocks nobody', /12,731 dead rows/])
      expect(await dialog(page).getByText(text).first().isVisible()).toBe(true)
    await dialog(page).getByRole('button', { name: 'Vacuum public.form_responses', exact: true }).click()
    await dialog(page).getByRole('progressbar').waitFor()
    await dialog(page)
      .getByText(/^Done in/)
      .waitFor()
    const row = dialog(page).getByRole('row', { name: /^Dead rows/ })
    expect(await row.getByRole('cell').allTextContents()).toEqual(['12,731', '0'])
    await dialog(page).getByRole('button', { name: 'Close' }).last().click()
    await page.waitForFunction(() => document.activeElement?.textContent?.startsWith('Plan: Vacuum'))
    await page.getByRole('link', { name: 'Maintenance' }).click()
    await page
      .getByRole('list', { name: 'Actions that run or have run' })
      .getByText('by dashboard')
      .first()
      .waitFor()
    expect(errors).toEqual([])
    await close()
  })

  test('stops a run', async () => {
    const { page, close } = await open('/?target=troubled')
    await planVacuum(page)
    await dialog(page).getByRole('button', { name: 'Vacuum public.form_responses', exact: true }).click()
    await button(page, 'Stop it').click()
    await dialog(page)
      .getByText(/^Cancelled in/)
      .waitFor()
    await close()
  })

  test('runs nothing when the database has changed, and shows the plan anew', async () => {
    const { page, close } = await open('/?target=troubled')
    await planVacuum(page)
    api.changeDatabase()
    const approve = dialog(page).getByRole('button', { name: 'Vacuum public.form_responses', exact: true })
    await approve.click()
    await dialog(page).getByText('The database has changed since you read the plan').waitFor()
    expect(await dialog(page).getByRole('progressbar').count()).toBe(0)
    await approve.click()
    await dialog(page)
      .getByText(/^Done in/)
      .waitFor()
    await close()
  })

  test('asks for the name before what is destructive', async () => {
    const { page, close } = await open('/?target=troubled')
    await page.getByText('Drop an unused index').click()
    await button(page, 'Plan: Drop public.activity_logs_legacy_idx …').click()
    const field = dialog(page).getByRole('textbox', { name: /^Type public.activity_logs_legacy_idx/ })
    await field.fill('activity_logs')
    expect(await off(page, 'Drop public.activity_logs_legacy_idx')).toBe('true')
    expect(
      await dialog(page)
        .getByText(/^CREATE INDEX CONCURRENTLY/)
        .isVisible(),
    ).toBe(true)
    await field.fill('public.activity_logs_legacy_idx')
    expect(await off(page, 'Drop public.activity_logs_legacy_idx')).toBeNull()
    await close()
  })

  test('refuses what is not met, and everything where actions are off, with the reason', async () => {
    const { page, close } = await open('/?target=troubled')
    await page.getByText('End a session that idles in a transaction').click()
    await button(page, 'Plan: End PID 4711 …').last().click()
    await dialog(page).getByText('Not met: may signal').waitFor()
    expect(await off(page, 'End PID 4711')).toBe('true')
    await dialog(page).getByRole('button', { name: 'End PID 4711' }).click({ force: true })
    expect(await dialog(page).getByRole('progressbar').count()).toBe(0)
    api.setAllowed(false)
    await page.reload()
    await planVacuum(page)
    await dialog(page)
      .getByText(/Start it with --allow-actions/)
      .waitFor()
    expect(await off(page, 'Vacuum public.form_responses')).toBe('true')
    await close()
  })

  test('acknowledges and silences an alert, tests channels, takes a suppression back', async () => {
    const { page, errors, close } = await open('/alerts?target=troubled')
    await button(page, 'Acknowledge Sessions blocked by a lock').click()
    await page.getByText('Acknowledged by dashboard').nth(1).waitFor()
    await button(page, 'Silence Sessions blocked by a lock').click()
    expect(await off(page, 'Silence it')).toBe('true')
    await dialog(page).getByRole('textbox', { name: 'Reason' }).fill('We are at it')
    await dialog(page).getByRole('radio', { name: '8 h' }).click()
    await button(page, 'Silence it').click()
    await dialog(page).waitFor({ state: 'detached' })
    await page
      .getByRole('region', { name: 'Silences' })
      .getByText(/We are at it/)
      .waitFor()
    await button(page, 'Send a test to team').click()
    await page.getByText('The test was sent.').waitFor()
    await button(page, 'Send a test to on-call').click()
    await page.getByText('The channel did not take the message').waitFor()
    expect(await button(page, 'Plan: Vacuum public.form_responses …').isVisible()).toBe(true)
    await button(page, 'Count it again: slow-query/statement 471').click()
    await page.getByText(/^Every finding counts/).waitFor()
    expect(errors).toEqual([])
    await close()
  })

  test('suppresses a finding from its place', async () => {
    const { page, close } = await open('/?target=troubled')
    await page.getByRole('list', { name: 'Open findings' }).getByText('Slow statement').click()
    await button(page, 'Suppress …').last().click()
    await dialog(page).getByRole('textbox', { name: 'Reason' }).fill('Known and rare')
    await button(page, 'Suppress it').click()
    await dialog(page).waitFor({ state: 'detached' })
    await page.getByRole('link', { name: /^Alerts/ }).click()
    await page
      .getByRole('region', { name: 'Suppressed findings' })
      .getByText(/Known and rare/)
      .waitFor()
    await close()
  })

  test('plans a task with what it leaves alone, runs it and shows the report', async () => {
    const { page, close } = await open('/maintenance?target=troubled')
    await button(page, 'Plan: Rebuild indexes …').click()
    await dialog(page).getByText('Nothing needs it now').waitFor()
    expect(await dialog(page).getByRole('button', { name: 'Rebuild indexes' }).count()).toBe(0)
    await page.keyboard.press('Escape')
    await button(page, 'Plan: Remove dead rows …').click()
    await dialog(page).getByText('1 other left alone').click()
    expect(await dialog(page).getByText('its dead rows are 4 % of all').isVisible()).toBe(true)
    await button(page, 'Remove dead rows: 1 action').click()
    await dialog(page).getByText('1 table vacuumed, 9,120 dead rows removed.').waitFor()
    await close()
  })

  test('says whom a runbook would hit and whom it spares, then how long the recovery took', async () => {
    const { page, close } = await open('/recovery?target=troubled')
    await page.getByText('A finding calls for it').first().waitFor()
    await button(page, 'Look and plan: Connections are used up').click()
    await dialog(page).getByRole('list', { name: 'Hit: 3 sessions' }).getByText('PID 5101').waitFor()
    await dialog(page).getByText('Spared: 3 sessions').click()
    expect(await dialog(page).getByText('it is pgtend itself').isVisible()).toBe(true)
    await button(page, 'Run it on 3 sessions').click()
    await dialog(page)
      .getByText(/^Recovered in 4.2 s/)
      .waitFor()
    expect(await dialog(page).getByText('4.2 s', { exact: true }).isVisible()).toBe(true)
    await close()
  })

  test('makes and proves backups, and says what could not be proved', async () => {
    const { page, close } = await open('/backups?target=troubled')
    const all = page.getByRole('list', { name: 'Backups' })
    await all.getByText('Damaged').waitFor()
    expect(await all.getByText(/pg_cron: not in the scratch server/).isVisible()).toBe(true)
    expect(await page.getByText(/^1 min 14 s/).isVisible()).toBe(true)
    await button(page, 'Back up now').click()
    await all.getByText('Not proved').nth(1).waitFor()
    await button(page, /^Verify by restoring/)
      .first()
      .click()
    await all.getByText('Proved').nth(1).waitFor()
    await close()
  })

  test.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)('a plan is accessible in %s at %i pixels, and gives the focus back', async (scheme, width) => {
    const { page, close } = await open('/?target=troubled', { scheme, width })
    await page.getByText('Drop an unused index').click()
    const opener = button(page, 'Plan: Drop public.activity_logs_legacy_idx …')
    await opener.focus()
    await page.keyboard.press('Enter')
    await dialog(page)
      .getByText(/^DROP INDEX CONCURRENTLY/)
      .waitFor()
    expect(await axeFindings(page)).toEqual([])
    expect(await overflow(page)).toBeLessThanOrEqual(0)
    await page.keyboard.press('Escape')
    await dialog(page).waitFor({ state: 'detached' })
    await page.waitForFunction(() => document.activeElement?.textContent?.startsWith('Plan: Drop'))
    await close()
  })
})
