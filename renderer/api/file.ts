type Saver = (name: string, bytes: Uint8Array) => void

let host: Saver | null = null

/** Lets the host write files, with its own dialog, or the browser again. */
export function saveThrough(saver: Saver | null): void {
  host = saver
}

/** Hands a file to the user: through the host where it has dialogs of its own, else as a download. */
export function saveFile(name: string, content: string | Uint8Array, type: string): void {
  if (host) host(name, typeof content === 'string' ? new TextEncoder().encode(content) : content)
  else download(name, new Blob([content as string | Uint8Array<ArrayBuffer>], { type }))
}

/** The same for a file that may be large. */
export async function saveBlob(name: string, content: Blob): Promise<void> {
  if (host) host(name, new Uint8Array(await content.arrayBuffer()))
  else download(name, content)
}

function download(name: string, content: Blob): void {
  const url = URL.createObjectURL(content)
  const anchor = document.createElement('a')
  anchor.href = url
  anchor.download = name
  anchor.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/**
 * Asks for a file by the browser's own dialog. The field stands in the document meanwhile: a loose one may be collected
 * while its dialog is open, and then nothing comes of the choice.
 */
export function pickFile(accept: string, take: (file: File) => void): void {
  const input = document.createElement('input')
  input.type = 'file'
  input.accept = accept
  input.hidden = true
  input.oncancel = () => input.remove()
  input.onchange = () => {
    const file = input.files?.[0]
    input.remove()
    if (file) take(file)
  }
  document.body.append(input)
  input.click()
}

/** A file name made from any text. */
export const fileName = (text: string, extension: string): string =>
  `${
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-+|-+$/g, '') || 'scenario'
  }.${extension}`

/** Copies text; false where the browser does not allow it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
