/**
 * A field of a CSV file. What a spreadsheet would take for a formula is kept as text by one quotation mark before it (OWASP,
 * CSV injection), and so is what begins like a field that has one: `unguarded` gives each back as it was.
 */
export const csvField = (value: string | number): string => {
  const safe = typeof value === 'string' && /^'*[=+\-@\t\r]/.test(value) ? `'${value}` : String(value)
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** The text of a field that `csvField` wrote, after the file's own quotes are gone. */
export const unguarded = (field: string): string => field.replace(/^'(?='*[=+\-@\t\r])/, '')
