// Draws what a program wrote to a terminal as an SVG: text that stays text.
const columns = 100, cell = 8.43, line = 19, left = 20, top = 62
const style = 'text{font:14px ui-monospace,"SF Mono",Menlo,"DejaVu Sans Mono",Consolas,monospace;fill:#dbe2ec;white-space:pre}.b{font-weight:700}.dim{fill:#8d99a8}.red{fill:#ff8f87}.green{fill:#7fd6a2}.yellow{fill:#f0c264}.blue{fill:#8ab8ff}.magenta{fill:#d7a9f5}.cyan{fill:#7fd3dd}.t{fill:#8d99a8;font-size:13px}'
const colours = { 1: 'b', 2: 'dim', 31: 'red', 32: 'green', 33: 'yellow', 34: 'blue', 35: 'magenta', 36: 'cyan' }
const escaped = s => s.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

// shortened leaves so many lines of each part, parts being what blank lines divide,
// and says where it left something out.
export function shortened(text, ...most) {
  const parts = text.replaceAll('\r', '').trimEnd().split('\n\n').map(p => p.split('\n'))
  return parts.slice(0, most.length).map((p, i) => p.length <= most[i] ? p : [...p.slice(0, most[i]), '\x1b[2m⋮  shortened for the picture\x1b[0m']).map(p => p.join('\n')).join('\n\n')
}

export function terminal(title, says, text) {
  const lines = text.split('\n')
  const width = Math.round(2 * left + columns * cell), height = top + lines.length * line
  const out = []
  let classes = []
  lines.forEach((l, i) => {
    let x = left
    const spans = []
    for (const piece of l.split(/(\x1b\[[0-9;]*m| {2,})/)) { // runs of spaces are places, not text
      const code = piece.match(/^\x1b\[([0-9;]*)m$/)
      if (code) {
        for (const c of code[1].split(';')) classes = c === '0' || c === '' ? [] : [...classes, colours[c]].filter(Boolean)
        continue
      }
      const wide = [...piece].length * cell
      if (piece.trim()) spans.push(`<tspan x="${x.toFixed(1)}"${classes.length ? ` class="${classes.join(' ')}"` : ''} textLength="${wide.toFixed(1)}" lengthAdjust="spacingAndGlyphs">${escaped(piece)}</tspan>`)
      x += wide
    }
    if (spans.length) out.push(`<text y="${top + i * line}">${spans.join('')}</text>`)
  })
  const dots = [20, 39, 58].map(x => `<circle cx="${x}" cy="17" r="5.5" fill="#4a5666"/>`).join('')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="t d"><title id="t">${escaped(title)}</title><desc id="d">${escaped(says)}</desc><style>${style}</style><rect width="${width}" height="${height}" rx="10" fill="#141a22"/><rect width="${width}" height="34" rx="10" fill="#1f2833"/><rect y="24" width="${width}" height="10" fill="#1f2833"/>${dots}<text class="t" x="${width / 2}" y="22" text-anchor="middle">${escaped(title)}</text>\n${out.join('\n')}\n</svg>\n`
}
