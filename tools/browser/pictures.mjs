// Makes the pictures of docs/images again: reports, the status page and the terminal
// of the sample company, by the program given first. `make pictures` says what it needs.
import { execFileSync, spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-core'
import { shortened, terminal } from './terminal.mjs'

const [program, images] = process.argv.slice(2).map(p => resolve(p))
const dir = mkdtempSync(join(tmpdir(), 'pictures-'))
const run = (name, ...args) => execFileSync(name, args, { maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'ignore'] })

// keep makes a picture small: few colours are enough for text on flat grounds.
const keep = (file, name) => {
  const to = join(images, name)
  try {
    run('pngquant', '--force', '--speed', '1', '--output', to, '48', file)
  } catch (e) {
    if (e.code !== 'ENOENT') throw e
    console.log('pngquant is not installed:', name, 'is several times larger than need be')
    copyFileSync(file, to)
  }
  console.log(name, statSync(to).size)
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] })
const shoot = async (url, name, width, height, colorScheme = 'light') => {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme })
  const page = await context.newPage()
  await page.goto(url)
  const file = join(dir, name)
  await page.screenshot({ path: file })
  await context.close()
  keep(file, name)
}

const kinds = ['gap', 'risk', 'plan', 'inventory', 'access', 'readiness', 'calendar', 'matrix', 'questionnaire', 'answers']
for (const kind of kinds) {
  const file = join(dir, kind + '.html')
  run(program, 'report', kind, '--sample', '-o', 'html', '--out', file)
  await shoot('file://' + file, `report-${kind}.png`, 1280, 1250)
}
run(program, 'report', 'gap', '--sample', '-o', 'pdf', '--out', join(dir, 'gap.pdf'))
run('pdftoppm', '-r', '70', '-f', '3', '-l', '3', '-singlefile', '-png', join(dir, 'gap.pdf'), join(dir, 'gap-pdf'))
keep(join(dir, 'gap-pdf.png'), 'report-gap-pdf.png')

const typed = command => run('script', '-qc', `stty cols 100; ${program} ${command} 2>/dev/null`, '/dev/null').toString()
const prompt = command => `\x1b[32;1m$\x1b[0m \x1b[1mcontrolwatch ${command}\x1b[0m\n`
writeFileSync(join(images, 'terminal-demo.svg'), terminal('controlwatch demo --once',
  'The gap summary of the sample company: how complete the sight is, controls by state, the worst gaps with how to fix them. Shortened where it says so.',
  prompt('demo --once') + shortened(typed('demo --once'), 23, 14, 14)))
const [find, show] = ['controls find prowler:iam_user_mfa_enabled_console_access', 'controls show leavers-lose-access']
writeFileSync(join(images, 'terminal-controls.svg'), terminal('controlwatch controls',
  'A test of another program is found in the catalogue, and a control is shown whole. Shortened where it says so.',
  prompt(find) + shortened(typed(find), 99) + '\n\n' + prompt(show) + shortened(typed(show), 9, 9, 9, 12, 9, 14)))

const demo = spawn(program, ['demo', '--listen', '127.0.0.1:19464'], { stdio: 'ignore' })
const closed = new Promise(done => demo.on('exit', done))
const page = 'http://127.0.0.1:19464/'
const wait = seconds => new Promise(done => setTimeout(done, seconds * 1000))
try {
  for (let i = 0; ; i++) { // until it answers, and then past the last scene
    const up = await fetch(page).then(r => r.ok, () => false)
    if (up) break
    if (i > 120 || demo.exitCode !== null) throw new Error('the demo does not answer at ' + page)
    await wait(1)
  }
  await wait(80)
  for (const [scheme, suffix] of [['light', ''], ['dark', '-dark']]) {
    await shoot(page, `status-page${suffix}.png`, 1440, 1716, scheme)
    await shoot(page, `status-page-narrow${suffix}.png`, 380, 1720, scheme)
  }
} finally {
  demo.kill()
  await closed
  await browser.close()
  if (existsSync(dir)) rmSync(dir, { recursive: true })
}
