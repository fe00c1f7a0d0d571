const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** 1,234,567. */
export const count = (n: number): string => grouped.format(n)

/** So many things, with their name as it is in English. @param one name of a single one, whose plural ends in s */
export const counted = (n: number, one: string): string => `${count(n)} ${one}${n === 1 ? '' : 's'}`

/** The verb that goes with so many things. */
export const was = (n: number): string => (n === 1 ? 'was' : 'were')
