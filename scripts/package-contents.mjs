// What may lie in the archive, what has to, and what must not be said in it.

const ALLOWED = [
  /^package\.json$/,
  /^examples\/[\w-]+\.yaml$/,
  /^out\/licences\.json$/,
  /^build\/icons\/256x256\.png$/,
  /^out\/main\/(chunks\/)?[\w.-]+\.(js|css)$/,
  /^out\/preload\/preload\.cjs$/,
  /^out\/renderer\/[\w-]+\.html$/,
  /^out\/renderer\/assets\/[\w.-]+\.(js|css|woff2|svg|png|wasm)$/,
]

const NEEDED = [
  'package.json',
  'examples/demo.yaml',
  'out/licences.json',
  'build/icons/256x256.png',
  'out/main/main.js',
  'out/main/cli.js',
  'out/main/load-worker.js',
  'out/main/uPlot.iife.min.js',
  'out/main/uPlot.min.css',
  'out/preload/preload.cjs',
  'out/renderer/index.html',
  'out/renderer/join.html',
]

/** Shorter folders, like /root, are words that occur by themselves. */
const TELLING_LENGTH = 8

/** Paths that are not of the kinds an archive holds: sources, tests, source maps, packages. */
export const findStrangers = (files) => files.filter((file) => !ALLOWED.some((kind) => kind.test(file)))

/** Paths without which the application does not work. */
export const findMissing = (files) => NEEDED.filter((file) => !files.includes(file))

/** Paths of files that name one of these folders of the building machine. */
export function findLeaks(files, read, folders) {
  const words = folders.filter((folder) => folder.length >= TELLING_LENGTH)
  return files.filter((file) => {
    const text = read(file).toString('latin1')
    return words.some((word) => text.includes(word) || text.includes(encodeURI(word)))
  })
}
