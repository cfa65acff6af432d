import { expect, test } from 'vitest'
import { testIo } from '../../test/io.ts'
import { COMMANDS } from './commands.ts'
import { run } from './run.ts'

const call = async (...args: string[]) => {
  const { io, out, err } = testIo()
  const code = await run(args, io)
  return { code, out: out(), err: err() }
}

test.each([[], ['--help'], ['-h'], ['help']])('%j prints the help', async (...args) => {
  const { code, out, err } = await call(...(args as string[]))
  expect({ code, err }).toEqual({ code: 0, err: '' })
  for (const name of Object.keys(COMMANDS)) expect(out).toMatch(new RegExp(`^  ${name} +[A-Z]`, 'm'))
})

test.each(Object.keys(COMMANDS))(
  '%s: file, name and help agree, the help fits in 80 columns',
  async (name) => {
    const command = (await COMMANDS[name]?.())?.default
    expect(command?.name).toBe(name)
    const { code, out } = await call(name, '--help')
    expect(code).toBe(0)
    expect(out).toBe((await call('help', name)).out)
    for (const option of Object.keys(command?.options ?? {})) expect(out).toContain(`--${option}`)
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    expect(command?.options).toHaveProperty('json')
  },
)

test('the version', async () => {
  expect((await call('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/)
})

test.each([
  [['chek'], 'did you mean check?'],
  [['constructor'], 'there is no command "constructor"'],
  [['postgres://localhost/x'], 'pgtend check <url>'],
  [['check', '--jsn'], 'did you mean --json?'],
  [['check', '--constructor'], 'has no option --constructor'],
  [['check', '--json=yes'], '--json takes no value'],
  [['check', '--interval'], '--interval needs a value (seconds)'],
  [['check', '--interval', 'soon'], '--interval is "soon", not a number from 0.1 to 600'],
  [['check', 'postgres://a/b', 'postgres://c/d'], 'does not know what to do with'],
  [['check', 'mydb'], 'neither a postgres:// URL nor a configured target'],
  [['check', 'http://localhost/'], 'postgres://'],
  [['check'], 'neither an argument, DATABASE_URL'],
  [['watch'], 'neither an argument, DATABASE_URL'],
  [['serve'], 'neither an argument, DATABASE_URL'],
  [['serve', 'postgres://localhost/x', '--port', '70000'], 'not a whole number from 0 to 65535'],
  [['demo', 'fautls'], 'did you mean faults?'],
  [['demo', 'fault', 'x'], 'on|off'],
])('%j is misuse and says what is wrong', async (args, said) => {
  const { code, out, err } = await call(...args)
  expect(code).toBe(2)
  expect(out).toBe('')
  expect(err.replaceAll(/\s+/g, ' ')).toContain(said)
  expect(err).not.toMatch(/\bat .*:\d+:\d+/)
})

test('the stack is shown only when asked for', async () => {
  const { io, err } = testIo({ env: { PGTEND_DEBUG: '1' } })
  await run(['chek'], io)
  expect(err()).toMatch(/at .*:\d+:\d+/)
})

test('a password is never printed', async () => {
  const { code, out, err } = await call('check', 'postgres://app:s3cr3t@127.0.0.1:1/x')
  expect(code).toBe(3)
  expect(out + err).not.toContain('s3cr3t')
})
