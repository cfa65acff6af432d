import { expect, test } from 'vitest'
import { parseConfig, withEnvironment } from './config.ts'

const channels = (channel: object) => ({ alerts: { channels: { team: channel } } })
const rules = (given: object) => ({ alerts: { rules: given } })

test('quiet unless told otherwise; a channel is told of warnings of all targets', () => {
  expect(parseConfig({}).alerts).toEqual({ channels: {}, rules: {} })
  const { alerts } = parseConfig(channels({ kind: 'slack', url: 'https://hooks.example/x' }))
  expect(alerts.channels.team).toEqual({ kind: 'slack', url: 'https://hooks.example/x', least: 'warning' })
})

test.each([
  [channels({ kind: 'slak', url: 'x' }), 'the kind of a channel: did you mean "slack"?'],
  [channels({ url: 'x' }), 'one of slack, email, webhook'],
  [channels({ kind: 'slack', ulr: 'x' }), 'did you mean "url"?'],
  [channels({ kind: 'slack', url: 'x', least: 'fatal' }), '"alerts.channels.team.least"'],
  [channels({ kind: 'email', server: 'smtp://x', from: 'a@b', to: [] }), '"alerts.channels.team.to"'],
  [{ alerts: { channels: { 'a b': { kind: 'slack', url: 'x' } } } }, 'a channel’s name'],
  [rules({ 'dead-row': { for: 1 } }), 'there is no such alert rule, did you mean "dead-rows"?'],
  [rules({ 'dead-rows': { fro: 1 } }), 'did you mean "for"?'],
  [rules({ 'dead-rows': { for: -1 } }), '"alerts.rules.dead-rows.for"'],
  [rules({ 'dead-rows': { thresholds: { warnin: 1 } } }), 'no threshold "warnin", did you mean "warning"?'],
])('%j is refused: %s', (input, words) => {
  expect(() => parseConfig(input)).toThrow(words)
})

test('a PGTEND_ variable that the configuration refers to is not an unknown one', () => {
  const input = channels({ kind: 'slack', url: ['$', '{PGTEND_SLACK}'].join('') })
  expect(withEnvironment(input, { PGTEND_SLACK: 'https://x' })).toEqual(input)
  expect(() => withEnvironment(input, { PGTEND_SLAK: 'https://x' })).toThrow('unknown variable PGTEND_SLAK')
})
