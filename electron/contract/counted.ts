const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** 1,234,567. */
export const count = (n: number): string => grouped.format(n)

/** So many things, with their name as it is in English. @param one name of a single one, whose plural ends in s */
export const counted = (n: number, one: string): string => `${count(n)} ${one}${n === 1 ? '' : 's'}`

/** A share (0 to 1) as `12.5%`, to so many decimals at most. English has no space before the sign. */
export const percent = (share: number, decimals = 0): string => `${Number((share * 100).toFixed(decimals))}%`

/** The verb that goes with so many things. */
export const was = (n: number): string => (n === 1 ? 'was' : 'were')
