/** Draws the report's charts with uPlot from the data block beside it. Plain JavaScript: it runs in the reader's browser. */
export const REPORT_SCRIPT = `
(() => {
  const charts = JSON.parse(document.getElementById('data').textContent)
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  const dashes = [[], [6, 3], [2, 3], [10, 3]]
  const draw = () => {
    for (const chart of charts) {
      const host = document.getElementById(chart.id)
      host.textContent = ''
      const axis = { stroke: css('--ink2'), grid: { stroke: css('--line'), width: 1 }, ticks: { stroke: css('--line') }, font: '11px system-ui' }
      const across = chart.labels
        ? { splits: () => chart.at, values: () => chart.labels }
        : { values: (u, v) => v.map((s) => s + ' s') }
      const up = chart.log
        ? { values: (u, v) => v.map((n) => n !== null && Math.log10(n) % 1 === 0 ? String(n) : '') }
        : {}
      const y = chart.log ? { distr: 3 } : { range: (u, min, max) => [0, max > 0 ? max * 1.05 : 1] }
      new uPlot({
        width: Math.max(320, host.clientWidth), height: 208,
        legend: { show: false }, cursor: { show: false },
        scales: { x: { time: false }, y },
        axes: [{ ...axis, ...across }, { ...axis, size: 64, ...up }],
        series: [{}].concat(chart.names.map((name, i) => ({
          label: name, stroke: css('--s' + (i + 1)), width: 1.5, dash: dashes[i], points: { show: chart.labels !== undefined || chart.at.length < 3 }
        }))),
      }, [chart.at].concat(chart.values), host)
    }
  }
  let timer = 0
  addEventListener('resize', () => { clearTimeout(timer); timer = setTimeout(draw, 150) })
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw)
  draw()
})()
`
