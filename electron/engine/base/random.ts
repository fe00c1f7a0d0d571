/** Uniform numbers in [0, 1). */
export type Random = () => number

/** 32-bit hash of a text, well mixed (FNV-1a with the finaliser of MurmurHash3). */
function hashText(text: string, seed = 0): number {
  let h = 0x811c9dc5 ^ seed
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/**
 * A stream of random numbers of its own for each name, so that adding a device changes no other device's draws.
 * Generator: sfc32 (Doty-Humphrey, PractRand), seeded from scenario seed and name.
 */
export function createRandom(seed: number, name: string): Random {
  let a = hashText(name, seed)
  let b = hashText(name, seed ^ 0x9e3779b9)
  let c = seed >>> 0
  let counter = 1
  const next = (): number => {
    const t = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return (t >>> 0) / 4294967296
  }
  for (let i = 0; i < 12; i++) next()
  return next
}

/** A draw from the standard normal distribution (Box and Muller 1958). */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
