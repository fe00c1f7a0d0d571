// A hook of node:module: the bundle's `import ... from 'electron'` gets the double that the test has put in place.
const NAMES = [
  'app',
  'BrowserWindow',
  'dialog',
  'ipcMain',
  'Menu',
  'MessageChannelMain',
  'nativeTheme',
  'net',
  'powerMonitor',
  'protocol',
  'screen',
  'shell',
]

export async function resolve(specifier, context, next) {
  if (specifier === 'electron') return { url: 'double:electron', shortCircuit: true }
  return next(specifier, context)
}

export async function load(url, context, next) {
  if (url !== 'double:electron') return next(url, context)
  const source = NAMES.map((n) => `export const ${n} = globalThis.__electronDouble.${n}`).join('\n')
  return { format: 'module', source, shortCircuit: true }
}
