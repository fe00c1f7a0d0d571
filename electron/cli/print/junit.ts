/** One line of a JUnit file. Neither `failure` nor `skipped`: it passed. */
export interface JunitCase {
  name: string
  /** Group in which it is listed. */
  group: string
  failure?: string
  skipped?: string
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Text as it may stand in XML 1.0: control characters are not allowed there, even escaped. */
const xml = (text: string): string =>
  text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '?').replace(/[&<>"]/g, (c) => ENTITIES[c] ?? c)

/** A JUnit file, as CI systems read it. */
export function junitXml(suite: string, cases: readonly JunitCase[]): string {
  const failures = cases.filter((c) => c.failure !== undefined).length
  const skipped = cases.filter((c) => c.skipped !== undefined).length
  const counts = `tests="${cases.length}" failures="${failures}" skipped="${skipped}"`
  const lines = cases.map((c) => {
    const head = `    <testcase classname="${xml(c.group)}" name="${xml(c.name)}"`
    if (c.failure !== undefined) return `${head}><failure message="${xml(c.failure)}"/></testcase>`
    if (c.skipped !== undefined) return `${head}><skipped message="${xml(c.skipped)}"/></testcase>`
    return `${head}/>`
  })
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="${xml(suite)}" ${counts}>`,
    ...lines,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}
