/** The views beside the overview, in a real browser against a stand-in API: each state, each size. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser } from './browser.ts'
import { axeFindings, openPage, overflow, type View } from './open-page.ts'
import { startStandIn } from './stand-in.ts'
import { buildWeb } from './web-build.ts'

const browser = await launchBrowser()
if (!browser) console.warn('No Chromium here: set CHROME_PATH to test the page. SKIPPED.')

/** Tables are facts, and statements too: they need no store. */
const KEPT = ['alerts', 'maintenance', 'recovery', 'backups', 'capacity', 'success']
const VIEWS = ['queries', 'tables', ...KEPT]

describe.skipIf(!browser)('a view', () => {
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

  const open = (path: string, view?: View) => openPage(browser as Browser, `${api.url}${path}`, view)
  const button = (page: Page, name: string) => page.getByRole('button', { name })
  const settled = (page: Page) => page.waitForFunction(() => !document.querySelector('[aria-label=Loading]'))

  test('draws growth to its limit, and admits where it can not foresee', async () => {
    const { page, close } = await open('/capacity?target=troubled')
    await page
      .getByRole('img', { name: /^Database wedsync since .* Its limit of 5 GB is reached about/ })
      .waitFor()
    await button(page, 'public.invoices').click()
    await page.getByText('No forecast yet: it takes 7 days of history, and there are 3.').waitFor()
    await close()
  })

  test('judges goals, and leaves open what is not known', async () => {
    const { page, close } = await open('/success?target=troubled')
    const goal = (name: string) => page.getByRole('article', { name })
    await goal('Availability').getByText('Missed').waitFor()
    expect(
      await goal('Availability')
        .getByText(/16 min 8 s of 10 min 4 s spent/)
        .isVisible(),
    ).toBe(true)
    expect(await goal('Time to restore').getByText('Not known').isVisible()).toBe(true)
    await page.getByRole('radio', { name: '30 d' }).click()
    await goal('P95 response time').getByText('Met').waitFor()
    await close()
  })

  test('sorts tables by what each column holds, finds them by name, and measures one', async () => {
    const { page, errors, close } = await open('/tables?target=healthy')
    const table = page.getByRole('table', { name: 'All tables' })
    const first = () => table.getByRole('rowheader').first().innerText()
    await table.waitFor()
    expect(await first()).toBe('activity_logs')
    expect(await table.getByRole('columnheader', { name: 'Size' }).getAttribute('aria-sort')).toBe(
      'descending',
    )
    await table.getByRole('button', { name: 'Size' }).click()
    expect(await first()).toBe('form_responses')
    await table.getByRole('button', { name: 'Bloat', exact: true }).click()
    expect(await first()).toBe('activity_logs')
    // As it is, and not as markup.
    expect(await table.getByText('x"; DROP <b>table</b>').isVisible()).toBe(true)
    await page.getByLabel('Find a table').fill('form')
    expect(await table.getByRole('rowheader').count()).toBe(1)
    await page.getByText('1 of 124 tables are shown').waitFor()
    await button(page, 'Measure the bloat of public.form_responses').click()
    await page.getByText('75 % of 40 MB hold nothing alive.').waitFor()
    expect(errors).toEqual([])
    await close()
  })

  test('folds partitions into their table, and opens it', async () => {
    const { page, errors, close } = await open('/tables?target=healthy')
    const table = page.getByRole('table', { name: 'All tables' })
    const usage = table.getByRole('button', { name: 'usage 120 partitions' })
    await usage.waitFor()
    expect(await table.getByRole('rowheader').count()).toBe(5)
    expect(await usage.getAttribute('aria-expanded')).toBe('false')
    await usage.press('Enter')
    expect(await usage.getAttribute('aria-expanded')).toBe('true')
    expect(await table.getByRole('rowheader', { name: /^usage_/ }).count()).toBe(100)
    await table.getByText('20 more: look for them by name.').waitFor()
    expect(await axeFindings(page)).toEqual([])
    await usage.click()
    expect(await table.getByRole('rowheader').count()).toBe(5)
    await page.getByLabel('Find a table').fill('usage_2026_1')
    expect(await table.getByRole('rowheader').count()).toBe(4)
    expect(errors).toEqual([])
    await close()
  })

  test('says why bloat is not known', async () => {
    const { page, close } = await open('/tables?target=blind')
    await page
      .getByText(/^Tables: /)
      .first()
      .waitFor()
    await close()
  })

  test.each(KEPT)('says that %s is not here where there is no store', async (view) => {
    const { page, close } = await open(`/${view}?target=blind`)
    await settled(page)
    // Runbooks are known without a store.
    if (view !== 'recovery')
      await page
        .getByText(/: not here$/)
        .first()
        .waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
    await close()
  })

  test.each(VIEWS)('says so when %s fails', async (view) => {
    api.setFailing(true)
    const { page, close } = await open(`/${view}?target=healthy`)
    await page.getByText('Something broke').first().waitFor()
    api.setFailing(false)
    await close()
  })

  test.each(
    VIEWS.flatMap(
      (view) =>
        [
          [view, 'light', 1280],
          [view, 'dark', 390],
        ] as const,
    ),
  )('%s is accessible and fits in %s at %i pixels', async (view, scheme, width) => {
    const { page, close } = await open(`/${view}?target=troubled`, { scheme, width })
    await settled(page)
    await page.locator('details').evaluateAll((all) => {
      for (const details of all) (details as HTMLDetailsElement).open = true
    })
    expect(await axeFindings(page)).toEqual([])
    expect(await overflow(page)).toBeLessThanOrEqual(0)
    await close()
  })
})
