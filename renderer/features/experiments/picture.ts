import { readToken } from '../../ui/packet-style'

export interface PicturePart {
  canvas: HTMLCanvasElement
  title: string
  note: string
}

const COLUMNS = 4

/** All charts as one PNG, under a title and the command line that repeats the experiment. */
export async function pictureOf(
  title: string,
  command: string,
  parts: readonly PicturePart[],
): Promise<Uint8Array> {
  const first = parts[0]
  if (!first) throw new Error('there is no chart to save')
  const k = devicePixelRatio
  const cell = { width: first.canvas.width + 24 * k, height: first.canvas.height + 52 * k }
  const top = 72 * k
  const canvas = document.createElement('canvas')
  canvas.width = cell.width * Math.min(COLUMNS, parts.length) + 24 * k
  canvas.height = top + cell.height * Math.ceil(parts.length / COLUMNS)
  const c = canvas.getContext('2d')
  if (!c) throw new Error('this browser draws no pictures')
  const sans = readToken('--font-sans')
  c.fillStyle = readToken('--color-surface-0')
  c.fillRect(0, 0, canvas.width, canvas.height)
  const write = (
    text: string,
    x: number,
    y: number,
    px: number,
    weight: number,
    color: string,
    font = sans,
  ): void => {
    c.font = `${weight} ${px * k}px ${font}`
    c.fillStyle = readToken(color)
    c.fillText(text, x, y)
  }
  write(title, 24 * k, 32 * k, 20, 640, '--color-ink-1')
  write(command, 24 * k, 54 * k, 11, 430, '--color-ink-2', readToken('--font-mono'))
  parts.forEach((p, i) => {
    const x = 24 * k + (i % COLUMNS) * cell.width
    const y = top + Math.floor(i / COLUMNS) * cell.height
    write(p.title, x, y + 16 * k, 13, 640, '--color-ink-1')
    write(p.note, x, y + 32 * k, 11, 430, '--color-ink-2')
    c.drawImage(p.canvas, x, y + 40 * k)
  })
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  if (!blob) throw new Error('the picture could not be made')
  return new Uint8Array(await blob.arrayBuffer())
}
