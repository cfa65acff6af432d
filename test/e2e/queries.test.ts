/** Statements, their reports and index advice, in a real browser against a stand-in API. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchBrowser } from './browser.ts'
import { axeFindings, openPage, overflow, type View } from './open-page.ts'
import { startStandIn } from './stand-in.ts'
import { buildWeb } from './web-build.ts'

const browser = await launchBrowser()
if (!browser) console.warn('No Chromium here: set CHROME_PATH to test the page. SKIPPED.')

const REPORT = '/queries?target=troubled&query=471.10.5.1'
const SIZES = [
  ['light', 1440],
  ['dark', 390],
] as const

describe.skipIf(!browser)('the queries', () => {
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
  const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
  const box = (page: Page) => page.getByLabel('SQL, one statement')
  const wellMade = async (page: Page) => {
    expect(await axeFindings(page)).toEqual([])
    expect(await overflow(page)).toBeLessThanOrEqual(0)
  }

  test('lists statements with what their texts are reproached with, sorts and finds them', async () => {
    const { page, errors, close } = await open('/queries?target=troubled')
    const table = page.getByRole('table', { name: 'Statements of the last window' })
    const first = () => table.getByRole('rowheader').first().innerText()
    await table.waitFor()
    expect(await first()).toMatch(/^select g\.\*[\s\S]*app · wedsync[\s\S]*1 warning[\s\S]*1 note/)
    await table.getByRole('button', { name: 'Mean' }).click()
    expect(await first()).toMatch(/^delete from email_logs/)
    expect(await table.getByText('In a function').count()).toBe(1)
    // As it is, and not as markup.
    expect(await table.getByText('DROP <b>table</b>', { exact: false }).isVisible()).toBe(true)
    await page.getByLabel('Find a statement').fill('worker')
    await page.getByText('1 of 5 statements are shown').waitFor()
    // Where the text is not known there is nothing to report on.
    await page.getByLabel('Find a statement').fill('')
    expect(await table.getByText('text not known').isVisible()).toBe(true)
    expect(await table.getByRole('link', { name: /^Optimize/ }).count()).toBe(4)
    expect(errors).toEqual([])
    await close()
  })

  test('opens the report from the overview, shows its making, and goes back by address and by Escape', async () => {
    const { page, errors, close } = await open('/?target=troubled')
    await page
      .getByRole('link', { name: /^Optimize/ })
      .first()
      .click()
    await page.getByRole('heading', { name: 'Report on a statement' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/queries')
    expect(new URL(page.url()).searchParams.get('query')).toMatch(/^\d+\.10\.5\.[01]$/)
    await page.goto(`${api.url}/queries?target=troubled`)
    await page.getByRole('link', { name: /^Optimize select g/ }).click()
    expect(new URL(page.url()).search).toBe('?target=troubled&query=471.10.5.1')
    const steps = page.getByRole('list', { name: 'How far the report is' })
    await steps.locator('[aria-current=step]').getByText('Plan its rewrites').waitFor()
    await page.getByText('It can be 79 times cheaper').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('table', { name: 'Statements of the last window' }).waitFor()
    await page.waitForFunction(() => document.activeElement?.textContent === 'Optimize')
    expect(new URL(page.url()).search).toBe('?target=troubled')
    await page.goBack()
    await page.getByText('It can be 79 times cheaper').waitFor()
    await page.getByRole('navigation').getByRole('link', { name: 'Tables' }).click()
    expect(new URL(page.url()).search).toBe('?target=troubled')
    expect(errors).toEqual([])
    await close()
  })

  test('a report says what costs, where, and what would help by how much', async () => {
    const { page, errors, close } = await open(REPORT)
    const findings = page.getByRole('list', { name: 'Findings on the statement' })
    await findings.waitFor()
    expect((await findings.getByRole('listitem').allInnerTexts()).map((t) => t.split('\n')[0])).toEqual([
      'Warning',
      'Warning',
      'Note',
    ])
    expect(await findings.getByText('mark 2, line 3, column 7').isVisible()).toBe(true)
    expect(await page.locator('mark').allInnerTexts()).toEqual(['g1', 'lower2'])
    const index = card(page, 'Suggested index')
    expect(await index.getByText('cost 4,861 to 61').isVisible()).toBe(true)
    expect(await index.getByRole('tree', { name: 'Plan with the index' }).isVisible()).toBe(true)
    const rewrites = card(page, 'Rewrites')
    await rewrites.getByText('Count in a subquery').click()
    await rewrites.getByText('r.id may be NULL where guests without answers are counted.').waitFor()
    expect(await rewrites.locator('ins').first().isVisible()).toBe(true)
    expect(await rewrites.getByText('Same result').isVisible()).toBe(true)
    expect(await rewrites.getByText('not planned: the parameter has no type').isVisible()).toBe(true)
    expect(await page.getByText('GRANT SELECT ON public.payments TO pgtend;').isVisible()).toBe(true)
    await button(page, /^Plan: /).click()
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    // Escape closed the dialog, not the report below it.
    expect(await index.isVisible()).toBe(true)
    await button(page, 'Analyse again').click()
    await index.waitFor()
    expect(errors).toEqual([])
    await close()
  })

  test('a plan is a tree that arrow keys walk, with findings on its nodes', async () => {
    const { page, close } = await open(REPORT)
    const tree = card(page, 'Plan').getByRole('tree', { name: 'Plan now' })
    const facts = await card(page, 'Plan').locator('p').first().innerText()
    expect(facts).toContain(`With $1 = 'a@b.c'. Planned for any values of $2, of which nothing is known;`)
    expect(facts).not.toContain('NULL')
    const items = tree.getByRole('treeitem')
    await items.first().waitFor()
    expect(await items.count()).toBe(5)
    expect(await items.last().innerText()).toMatch(
      /Seq Scan[\s\S]*on form_responses[\s\S]*Reads a table for few/,
    )
    await items.first().focus()
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowLeft']) await page.keyboard.press(key)
    expect(await items.count()).toBe(4)
    await page.keyboard.press('ArrowLeft')
    expect(await page.locator('[role=treeitem]:focus').getAttribute('aria-level')).toBe('2')
    await close()
  })

  test('analyses a text, says where it can not be read, and keeps it', async () => {
    const { page, errors, close } = await open('/queries?target=troubled')
    await box(page).fill('select 1 from (\n  selct x)')
    await button(page, 'Analyse').last().click()
    await page.getByText(/syntax error at or near "selct"/).waitFor()
    await button(page, 'Go to line 2, column 3').click()
    expect(await box(page).evaluate((b: HTMLTextAreaElement) => b.selectionStart)).toBe(18)
    await box(page).fill('select 1')
    await page.keyboard.press('Control+Enter')
    await page.getByText('It could not be planned').waitFor()
    await page.getByText('Its text is reproached with nothing').waitFor()
    await page.keyboard.press('Escape')
    expect(await box(page).inputValue()).toBe('select 1')
    // What takes long has an address.
    await box(page).fill('select slow')
    await page.keyboard.press('Control+Enter')
    await page.getByText('It did not run in the last window').waitFor()
    expect(new URL(page.url()).searchParams.get('query')).toBe('text-slow')
    expect(errors).toEqual([])
    await close()
  })

  test('advises indexes for the whole workload: steps, cancelled, and the result', async () => {
    const { page, errors, close } = await open('/queries?target=troubled')
    const advice = card(page, 'Index advice for the whole workload')
    await advice.getByLabel('Watch for, seconds').fill('0')
    expect(await button(page, 'Advise indexes').getAttribute('aria-disabled')).toBe('true')
    await advice.getByLabel('Watch for, seconds').fill('5')
    await button(page, 'Advise indexes').click()
    const steps = advice.getByRole('list', { name: 'How far the advice is' })
    await steps.locator('[aria-current=step]').waitFor()
    await button(page, 'Cancel').click()
    await button(page, 'Advise indexes').click()
    await steps
      .locator('[aria-current=step]')
      .getByText(/^Rebuild schema/)
      .waitFor()
    const indexes = advice.getByRole('list', { name: 'Indexes worth having' })
    await indexes.waitFor()
    const summaries = await indexes.locator('summary').allInnerTexts()
    expect(summaries[0]).toMatch(
      /form_responses \(guest_id\)[\s\S]*high confidence[\s\S]*saves 53 % of the time/,
    )
    expect(summaries[1]).toMatch(/guests \(wedding_id\)[\s\S]*4.1 updates\/s no longer heap-only/)
    await indexes.getByRole('button', { name: 'Compare plans' }).first().click()
    expect(await indexes.getByRole('tree').count()).toBe(2)
    await indexes.getByText('guests (wedding_id)', { exact: true }).click()
    await indexes.getByText('Run it by hand: no action makes this kind of index.').waitFor()
    expect(await advice.getByText('guests_email_name_idx does its work on guests.').isVisible()).toBe(true)
    expect(await advice.getByText('GRANT SELECT ON public.payments TO pgtend;').isVisible()).toBe(true)
    expect(await advice.getByText('7 statements left out').isVisible()).toBe(true)
    expect(await advice.getByText('3 of them for any values, since none are known').isVisible()).toBe(true)
    await wellMade(page)
    expect(errors).toEqual([])
    await close()
  })

  test('says when nothing is missing, when advice is withheld, and what it lacks', async () => {
    const { page, close } = await open('/queries?target=healthy')
    await page.getByText('No index is missing').waitFor()
    await page.getByText('The first window is under way').waitFor()
    await page.goto(`${api.url}/queries?target=away`)
    await page.getByText('Advice is withheld').waitFor()
    await page.getByText('GRANT pg_read_all_data TO the role that pgtend uses;').waitFor()
    await page.goto(`${api.url}/queries?target=blind`)
    await page.getByText('Statements: not known').waitFor()
    await page.getByText('CREATE EXTENSION pg_stat_statements;').waitFor()
    await button(page, 'Advise indexes').click()
    await page.getByText('The statements of the database can not be read: pg_stat_statements').waitFor()
    await page.goto(`${api.url}/queries?target=troubled&query=99`)
    await page.getByText('There is no such statement: "99"').waitFor()
    await button(page, 'All queries').click()
    await page.getByRole('table', { name: 'Statements of the last window' }).waitFor()
    await close()
  })

  test('says why nothing can be run where actions are off', async () => {
    api.setAllowed(false)
    const { page, close } = await open(REPORT)
    await card(page, 'Suggested index')
      .getByText(/^Actions are off/)
      .waitFor()
    await close()
  })

  test.each(SIZES)('a report is accessible and fits in %s at %i pixels', async (scheme, width) => {
    const { page, close } = await open(REPORT, { scheme, width })
    await card(page, 'Plan').waitFor()
    await page.locator('details').evaluateAll((all) => {
      for (const details of all) (details as HTMLDetailsElement).open = true
    })
    await wellMade(page)
    await close()
  })
})
