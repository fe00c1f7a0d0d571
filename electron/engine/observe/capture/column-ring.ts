type Column = Float64Array | Float32Array | Uint32Array | Uint16Array | Uint8Array
type Made = new (length: number) => Column

/** A column, and how another takes its place. */
interface Place {
  column: Column
  put(wide: Column): void
}

/** Rows that lie beside each other, in the small table and in the large one. */
interface Run {
  from: number
  count: number
  to: number
}

/** Rows of a new table. */
const FIRST_ROWS = 1024

/**
 * Rows of numbers as columns: what is written per row makes no object for the collector. Row `n` lies at `at(n)`; the
 * table begins small, then has room for `slots` rows, and from then on new rows take the place of the oldest. It grows
 * once and not step by step, since copying hundreds of thousands of rows would hold everything up. So would zeroing
 * the memory of all columns in one go, some 40 ms: each new row from the middle of the small table on makes one of them.
 */
export abstract class ColumnRing {
  /** Rows at most, a power of two. */
  readonly slots: number
  /** Rows there are room for now. */
  protected rows: number
  /** Columns with room for all rows, made ahead, in the order of `columns`. */
  #wide: Column[] = []
  /** Found once, when the first of them is made: this is asked for each row. */
  #places: Place[] | undefined

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

  /**
   * To be called before a row is added to a table that is not full grown.
   * @param full the row has no place in the small table
   */
  protected makeRoom(n: number, full: boolean): void {
    if (full) this.grow()
    else if (this.at(n) >= this.rows / 2) this.makeWide((this.#places ??= this.columns())[this.#wide.length])
  }

  private grow(): void {
    const columns = this.columns()
    while (this.#wide.length < columns.length) this.makeWide(columns[this.#wide.length])
    const runs = this.runs()
    this.rows = this.slots
    for (const [k, { column, put }] of columns.entries()) {
      const wide = this.#wide[k] as Column
      for (const { from, count, to } of runs) wide.set(column.subarray(from, from + count), to)
      put(wide)
    }
    this.#wide = []
  }

  /** The rows of the small table, as runs that stay together in the large one: they are moved by memory, not one by one. */
  private runs(): Run[] {
    const runs: Run[] = []
    for (let i = 0; i < this.rows; i++) {
      const n = this.numberAt(i)
      if (n === 0) continue
      const to = n & (this.slots - 1)
      const last = runs.at(-1)
      if (last !== undefined && last.from + last.count === i && last.to + last.count === to) last.count++
      else runs.push({ from: i, count: 1, to })
    }
    return runs
  }

  private makeWide(of: Place | undefined): void {
    if (of === undefined) return
    const wide = new (of.column.constructor as Made)(this.slots)
    // The system may zero memory only where it is first written to, 2 MiB at once: here, and not for all columns in `grow`.
    this.#wide.push(wide.fill(0, 0, this.rows))
  }

  /** Every field that is a column, or several. */
  private columns(): Place[] {
    const fields = this as unknown as Record<string, unknown>
    return Object.entries(fields).flatMap(([name, field]) => {
      if (isColumn(field)) return [{ column: field, put: (wide) => (fields[name] = wide) }]
      if (!Array.isArray(field)) return []
      const several = field as Column[]
      return several.map((column, i) => ({ column, put: (wide) => (several[i] = wide) }))
    })
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
    if (this.rows < this.slots) this.makeRoom(id, this.id[this.at(id)] !== 0)
    const i = this.at(id)
    if (this.id[i] !== 0) this.recycled(i)
    this.id[i] = id
    return id
  }

  protected override numberAt(i: number): number {
    return this.id[i] as number
  }
}
