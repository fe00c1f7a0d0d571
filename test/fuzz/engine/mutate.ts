/** Numbers from 0 up to, and without, `below`. */
export type Random = (below: number) => number

/** A generator that gives the same numbers for the same seed (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below)
  }
}

const BYTES = [0, 1, 2, 3, 0x0a, 0x20, 0x22, 0x2c, 0x3a, 0x5c, 0x7b, 0x7f, 0x80, 0xc0, 0xed, 0xff]
const SNIPPETS = [
  '1e9', '-1', '0', 'NaN', '.inf', 'null', 'true', '{', '}', '[', ']', '- ', ': ', '\n', '\n  ', '"', '&a ', '*a',
  '__proto__', 'constructor', 'toString', '\u202e', '\u0000', '\ud55c', '\u001b[31m', '../', '<script>', '=1+1', '{n}',
  '4294967296', '18446744073709551616', '1e309', '0x7fffffff', '!!binary ', '<<: ', '? ', '| ', '%', '#', '+', '/', '$SYS', '$share/g/',
] // prettier-ignore

const pick = <T>(list: readonly T[], random: Random): T => list[random(list.length)] as T

/** What mutations may put in: words of the code, and other inputs. */
export interface Material {
  words: readonly string[]
  others: readonly Buffer[]
  maxBytes: number
}

function insert(data: Buffer, at: number, piece: Buffer): Buffer {
  return Buffer.concat([data.subarray(0, at), piece, data.subarray(at)])
}

/** The input with a few of its bytes changed, taken out, repeated, or put in from elsewhere. */
function mutateBytes(data: Buffer, random: Random, material: Material): Buffer {
  let out: Buffer = Buffer.from(data)
  for (let n = 1 + random(4); n > 0; n--) out = oneChange(out, random, material)
  return out.subarray(0, material.maxBytes)
}

function oneChange(data: Buffer, random: Random, { words, others }: Material): Buffer {
  const at = random(data.length + 1)
  const length = 1 + random(Math.min(64, Math.max(1, data.length - at)))
  switch (data.length === 0 ? 4 + random(3) : random(10)) {
    case 0:
      data[at % data.length] = pick(BYTES, random)
      return data
    case 1:
      data[at % data.length] = (data[at % data.length] ?? 0) ^ (1 << random(8))
      return data
    case 2:
      data[at % data.length] = random(256)
      return data
    case 3:
      return Buffer.concat([data.subarray(0, at), data.subarray(at + length)])
    case 4:
      return insert(
        data,
        at,
        Buffer.from(words.length > 0 && random(3) > 0 ? pick(words, random) : pick(SNIPPETS, random)),
      )
    case 5:
      return insert(data, at, Buffer.from(pick(SNIPPETS, random)))
    case 6:
      return insert(data, at, Buffer.alloc(1 + random(16), random(256)))
    case 7:
      return insert(data, at, data.subarray(at, at + length))
    case 8: {
      const other = others.length > 0 ? pick(others, random) : data
      const from = random(other.length + 1)
      return Buffer.concat([data.subarray(0, at), other.subarray(from, from + 1 + random(other.length + 1))])
    }
    default: {
      const to = random(data.length + 1)
      const piece = Buffer.from(data.subarray(at, at + length))
      return insert(
        Buffer.concat([data.subarray(0, at), data.subarray(at + length)]),
        Math.min(to, data.length - piece.length),
        piece,
      )
    }
  }
}

const ODD: readonly unknown[] = [
  null, true, false, 0, -1, 1, 0.5, 255, 256, 65_535, 65_536, 1e9, 4294967296, Number.MAX_SAFE_INTEGER, -0, 1e308, '', 'a',
  [], {}, [[]], [null], '\u202e', '\u0000', '1h', '1e9', '#', '+', 'a/#', '..', 'x'.repeat(300),
] // prettier-ignore

/** The value with one place in it changed: set to something odd, taken out, repeated, renamed or swapped. */
function mutateValue(value: unknown, random: Random, material: Material): unknown {
  const places: { holder: Record<string, unknown>; key: string }[] = []
  const root: Record<string, unknown> = { value: structuredClone(value) }
  const walk = (holder: Record<string, unknown>): void => {
    for (const key of Object.keys(holder)) {
      places.push({ holder, key })
      const inner = holder[key]
      if (isTree(inner) && places.length < 5000) walk(inner)
    }
  }
  walk(root)
  for (let n = 1 + random(3); n > 0; n--) {
    const { holder, key } = pick(places, random)
    changePlace(holder, key, random, material, places)
  }
  return root['value']
}

const isTree = (v: unknown): v is Record<string, unknown> =>
  typeof v === 'object' && v !== null && !(v instanceof Uint8Array)

function changePlace(
  holder: Record<string, unknown>,
  key: string,
  random: Random,
  material: Material,
  places: readonly { holder: Record<string, unknown>; key: string }[],
): void {
  const value = holder[key]
  const word = material.words.length > 0 ? pick(material.words, random) : 'a'
  switch (random(7)) {
    case 0:
      holder[key] = pick(ODD, random)
      return
    case 1:
      if (Array.isArray(holder)) holder.splice(Number(key), 1)
      else if (holder !== places[0]?.holder) Reflect.deleteProperty(holder, key)
      return
    case 2:
      if (Array.isArray(holder)) holder.splice(Number(key), 0, structuredClone(value))
      // of an array a word could set the length, to more than anyone walks through
      else if (isTree(value) && !Array.isArray(value)) Reflect.set(value, word, pick(ODD, random))
      return
    case 3:
      holder[key] = structuredClone(
        pick(
          places.map((p) => p.holder[p.key]),
          random,
        ),
      )
      return
    case 4:
      if (isTree(value) && !Array.isArray(value)) value[word] = pick(ODD, random)
      else holder[key] = word
      return
    default:
      holder[key] = changeScalar(value, random, material)
  }
}

function changeScalar(value: unknown, random: Random, material: Material): unknown {
  if (typeof value === 'string') return mutateBytes(Buffer.from(value), random, material).toString('utf8')
  if (value instanceof Uint8Array) return mutateBytes(Buffer.from(value), random, material)
  if (typeof value === 'number') return pick([value + 1, value - 1, -value, value * 1000, value / 3], random)
  return pick(ODD, random)
}

/** How inputs are read and written as values, so that their values can be changed too. */
export interface Form {
  read(data: Buffer): unknown
  write(value: unknown): Buffer
}

/** The input changed in its values, where it has any, or in its bytes. */
export function changed(data: Buffer, form: Form | undefined, random: Random, material: Material): Buffer {
  if (form && random(2) === 0) {
    try {
      return form.write(mutateValue(form.read(data), random, material)).subarray(0, material.maxBytes)
    } catch {
      // what cannot be read or written as a value is changed as bytes
    }
  }
  return mutateBytes(data, random, material)
}
