/* eslint-disable @typescript-eslint/no-require-imports -- Electron 25 loads no ES module here */
// What Electron's own default application does with a command line, as far as the tests need it: it loads the files
// named by -r and then runs the folder, which finds itself at argv[1].
const { app } = require('electron')
const { join, resolve } = require('node:path')

const isModule = (_arg, i, all) => all[i] === '-r' || all[i - 1] === '-r'
for (const file of process.argv.filter((_arg, i, all) => all[i - 1] === '-r')) require(file)
const rest = process.argv.slice(1).filter((arg, i, all) => !isModule(arg, i, all))
const folder = resolve(rest.find((arg) => !arg.startsWith('-')))
process.argv = [process.argv[0], folder, ...rest.filter((arg) => arg !== folder)]
const manifest = require(join(folder, 'package.json'))
app.setAppPath(folder)
app.setName(manifest.productName ?? manifest.name)
app.setVersion(manifest.version)
app.setDesktopName(manifest.desktopName ?? `${manifest.name}.desktop`)
require(join(folder, manifest.main))
