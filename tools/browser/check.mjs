// Opens reports in a real browser, in the sizes and colours people have, and says
// what axe-core finds, what the content policy refused, and what scrolls sideways.
// With SHOTS=folder it keeps pictures.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { chromium } from 'playwright-core'

const axe = readFileSync(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] })
let wrong = 0
const say = (...words) => { wrong++; console.log(...words) }

for (const file of process.argv.slice(2)) {
  for (const [name, width, colorScheme] of [['1280', 1280, 'light'], ['360', 360, 'light'], ['dark', 1280, 'dark'], ['print', 1280, 'light']]) {
    const context = await browser.newContext({ viewport: { width, height: 1500 }, colorScheme, bypassCSP: true })
    const page = await context.newPage()
    if (name === 'print') await page.emulateMedia({ media: 'print' })
    await page.goto('file://' + file)
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    if (sideways > 0 && name !== 'print') say(file, name, 'scrolls sideways by', sideways)
    if (process.env.SHOTS && name !== 'print') await page.screenshot({ path: `${process.env.SHOTS}/${basename(file, '.html')}-${name}.png` })
    await page.evaluate(() => document.querySelectorAll('details').forEach(d => { d.open = true }))
    await page.evaluate(axe)
    const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
    for (const v of result.violations) {
      say(file, name, v.impact, v.id, v.help, v.nodes.length, v.nodes.slice(0, 2).map(n => n.html.slice(0, 160)).join(' | '))
    }
    if (result.passes.length < 15) say(file, name, 'axe looked at nearly nothing:', result.passes.length)
    await context.close()
  }
  // Under its own policy, where nothing may be refused that the report needs.
  const page = await browser.newPage()
  page.on('console', m => say(file, 'console:', m.text()))
  page.on('pageerror', e => say(file, 'error:', e.message))
  page.on('request', r => { if (!r.url().startsWith('file:') && !r.url().startsWith('data:')) say(file, 'asked for', r.url()) })
  await page.goto('file://' + file)
  const styled = await page.evaluate(() => getComputedStyle(document.querySelector('.cover')).backgroundColor)
  if (styled === 'rgba(0, 0, 0, 0)') say(file, 'its style was refused')
  await page.emulateMedia({ media: 'print' })
  const folded = await page.evaluate(() => [...document.querySelectorAll('details table')].filter(t => t.getBoundingClientRect().height === 0).length)
  if (folded) say(file, folded, 'tables are not printed')
  await page.close()
}
await browser.close()
console.log(wrong ? `${wrong} problems` : 'no problem')
process.exit(wrong ? 1 : 0)
