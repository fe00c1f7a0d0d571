/** A field of a CSV file. What a spreadsheet would take for a formula is kept as text (OWASP, CSV injection). */
export const csvField = (value: string | number): string => {
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value)
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
