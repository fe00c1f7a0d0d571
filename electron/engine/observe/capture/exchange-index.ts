import type { ExchangeTable } from './exchange-table'

const FIRST_CELLS = 1024

/** Enough of a number to find its row, and never 0. */
const nameOf = (id: number): number => (id & 0x3fff_ffff) + 1

/**
 * The newest exchange of each packet identifier, by client and direction: one table of numbers for all clients, since
 * a map of each client's own is found cold whenever that client has something to send. Open addressing; half of the
 * cells are empty at least.
 */
export class ExchangeIndex {
  /** Two numbers for each cell: a hash of client, direction and identifier, and what names the exchange, 0 for none. */
  private cells = new Int32Array(2 * FIRST_CELLS)
  private used = 0

  constructor(private readonly table: ExchangeTable) {}

  /** The exchange an identifier stands for, or 0. */
  find(client: number, direction: number, packetId: number): number {
    const cell = this.seek(hash(client, direction, packetId), client, direction, packetId)
    const name = this.cells[2 * cell + 1] as number
    return name === 0 ? 0 : (this.table.id[this.table.at(name - 1)] as number)
  }

  /** An identifier stands for the exchange in this row from now on. */
  set(row: number): void {
    const { client, direction, packetId } = this.table
    const c = client[row] as number
    const d = direction[row] as number
    const p = packetId[row] as number
    if (2 * (this.used + 1) * 2 > this.cells.length) this.grow()
    const h = hash(c, d, p)
    const cell = this.seek(h, c, d, p)
    if (this.cells[2 * cell + 1] === 0) this.used++
    this.cells[2 * cell] = h
    this.cells[2 * cell + 1] = nameOf(this.table.id[row] as number)
  }

  /** The exchange in this row is forgotten; its identifier may stand for a newer one. */
  remove(row: number): void {
    const { client, direction, packetId } = this.table
    const c = client[row] as number
    const d = direction[row] as number
    const p = packetId[row] as number
    const cell = this.seek(hash(c, d, p), c, d, p)
    if (this.cells[2 * cell + 1] === nameOf(this.table.id[row] as number)) this.close(cell)
  }

  /** The cell of a key, or the empty one where it would stand. */
  private seek(h: number, client: number, direction: number, packetId: number): number {
    const { cells, table } = this
    const mask = cells.length / 2 - 1
    let cell = h & mask
    for (;;) {
      const name = cells[2 * cell + 1] as number
      if (name === 0) return cell
      const row = table.at(name - 1)
      if (
        cells[2 * cell] === h &&
        table.packetId[row] === packetId &&
        table.client[row] === client &&
        table.direction[row] === direction
      ) {
        return cell
      }
      cell = (cell + 1) & mask
    }
  }

  /** Empties a cell and moves up what stands behind it only because it was full. */
  private close(cell: number): void {
    const { cells } = this
    const mask = cells.length / 2 - 1
    this.used--
    let gap = cell
    for (let at = (cell + 1) & mask; cells[2 * at + 1] !== 0; at = (at + 1) & mask) {
      const home = (cells[2 * at] as number) & mask
      // How far it stands from where it belongs, against how far the gap is.
      if (((at - home) & mask) < ((at - gap) & mask)) continue
      cells[2 * gap] = cells[2 * at] as number
      cells[2 * gap + 1] = cells[2 * at + 1] as number
      gap = at
    }
    cells[2 * gap + 1] = 0
  }

  private grow(): void {
    const old = this.cells
    const cells = (this.cells = new Int32Array(old.length * 2))
    const mask = cells.length / 2 - 1
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] === 0) continue
      let cell = (old[i] as number) & mask
      while (cells[2 * cell + 1] !== 0) cell = (cell + 1) & mask
      cells[2 * cell] = old[i] as number
      cells[2 * cell + 1] = old[i + 1] as number
    }
  }
}

function hash(client: number, direction: number, packetId: number): number {
  let h = Math.imul(client * 2 + direction, 0x9e3779b1) ^ packetId
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
