type Column = Float64Array | Float32Array | Uint32Array | Uint16Array | Uint8Array

/** Rows of a new table. */
const FIRST_ROWS = 1024

/**
 * Rows of numbers as columns: what is written per row makes no object for the collector. Row `n` lies at `at(n)`; the
 * table begins small and doubles until it has `slots` rows, and from then on new rows take the place of the oldest.
 */
export abstract class ColumnRing {
  /** Rows at most, a power of two. */
  readonly slots: number
  /** Rows there are room for now. */
  protected rows: number

  /** @param capacity rows that must fit at least */
  constructor(capacity: number) {
    this.slots = 2 ** Math.ceil(Math.log2(Math.max(2, capacity)))
    this.rows = Math.min(this.slots, FIRST_ROWS)
  }

  /** Where a row lies, until the next one is added. */
  at(n: number): number {
    return n & (this.rows - 1)
  }

  protected f64(): Float64Array {
    return new Float64Array(this.rows)
  }

  protected f32(): Float32Array {
    return new Float32Array(this.rows)
  }

  protected u32(): Uint32Array {
    return new Uint32Array(this.rows)
  }

  protected u16(): Uint16Array {
    return new Uint16Array(this.rows)
  }

  protected u8(): Uint8Array {
    return new Uint8Array(this.rows)
  }

  /** Doubles every field that is a column. */
  protected grow(): void {
    this.rows *= 2
    const fields = this as unknown as Record<string, unknown>
    for (const [name, field] of Object.entries(fields)) {
      if (isColumn(field)) fields[name] = doubled(field)
      else if (Array.isArray(field)) fields[name] = field.map((c: Column) => doubled(c))
    }
  }
}

const isColumn = (field: unknown): field is Column =>
  ArrayBuffer.isView(field) && !(field instanceof DataView)

/** Twice as long, with the rows in both halves: each is then found where its number says. */
function doubled<T extends Column>(column: T): T {
  const wide = new (column.constructor as new (length: number) => T)(column.length * 2)
  wide.set(column)
  wide.set(column, column.length)
  return wide
}

/** Rows with numbers of their own, ascending from 1. One that was overwritten is not known any more. */
export abstract class NumberedRows extends ColumnRing {
  next = 1
  id = this.f64()

  /** @param recycled told of each row just before it goes */
  constructor(
    capacity: number,
    private readonly recycled: (at: number) => void,
  ) {
    super(capacity)
  }

  has(id: number): boolean {
    return id !== 0 && this.id[this.at(id)] === id
  }

  clear(): void {
    for (let i = 0; i < this.rows; i++) {
      if (this.id[i] === 0) continue
      this.recycled(i)
      this.id[i] = 0
    }
  }

  /** The next number, and its row in place of the oldest. */
  protected take(): number {
    const id = this.next++
    if (this.rows < this.slots && this.id[this.at(id)] !== 0) this.widen()
    const i = this.at(id)
    if (this.id[i] !== 0) this.recycled(i)
    this.id[i] = id
    return id
  }

  private widen(): void {
    this.grow()
    for (let i = 0; i < this.rows; i++) if (this.at(this.id[i] as number) !== i) this.id[i] = 0
  }
}
