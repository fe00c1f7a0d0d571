type Column = Float64Array | Float32Array | Uint32Array | Uint16Array | Uint8Array

/** Rows of a new table. */
const FIRST_ROWS = 1024

/**
 * Rows of numbers as columns: what is written per row makes no object for the collector. Row `n` lies at `at(n)`; the
 * table begins small, then has room for `slots` rows, and from then on new rows take the place of the oldest. It grows
 * once and not step by step: copying a table of hundreds of thousands of rows would hold everything up, while memory that was
 * not written to yet costs nothing.
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

  /** Number of the row that lies here, 0 for none. */
  protected abstract numberAt(i: number): number

  /** Gives every field that is a column, or several, room for all rows. */
  protected grow(): void {
    const numbers = Array.from({ length: this.rows }, (_, i) => this.numberAt(i))
    this.rows = this.slots
    const fields = this as unknown as Record<string, unknown>
    for (const [name, field] of Object.entries(fields)) {
      if (isColumn(field)) fields[name] = this.moved(field, numbers)
      else if (Array.isArray(field)) fields[name] = field.map((c: Column) => this.moved(c, numbers))
    }
  }

  private moved<T extends Column>(column: T, numbers: readonly number[]): T {
    const wide = new (column.constructor as new (length: number) => T)(this.rows)
    for (const [i, n] of numbers.entries()) if (n !== 0) wide[this.at(n)] = column[i] as number
    return wide
  }
}

const isColumn = (field: unknown): field is Column =>
  ArrayBuffer.isView(field) && !(field instanceof DataView)

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
    if (this.rows < this.slots && this.id[this.at(id)] !== 0) this.grow()
    const i = this.at(id)
    if (this.id[i] !== 0) this.recycled(i)
    this.id[i] = id
    return id
  }

  protected override numberAt(i: number): number {
    return this.id[i] as number
  }
}
