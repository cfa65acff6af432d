import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import activityTracking from '../derived/activity-tracking.ts'
import rule from './untracked-sessions.ts'

const judged = (hidden: number, users: string) =>
  check(rule, { tracking: [row(activityTracking, { hidden, users })] })

test('all tell what they do: nothing', () => expect(judged(0, '')).toEqual([]))

test('says how many hide it, and whose they are', () => {
  expect(judged(2, 'app, batch')).toMatchObject([
    {
      ...{ subject: 'instance', severity: 'warning', value: 2 },
      summary: '2 sessions of app, batch do not tell what they do: track_activities is off for them.',
    },
  ])
  expect(judged(1, 'app')).toMatchObject([
    { summary: '1 session of app does not tell what it does: track_activities is off for it.' },
  ])
})
