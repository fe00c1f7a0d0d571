/** The built main process against the double, without a page: to be killed. The folder of the user's data is argv[2]. */
import type { Page } from '@playwright/test'
import { register } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createElectron } from './electron-double'

const root = join(import.meta.dirname, '../..')
register(pathToFileURL(join(root, 'test/helpers/electron-hook.mjs')).href)
const nothing = (): Promise<void> => Promise.resolve()
const page = { exposeFunction: nothing, addInitScript: nothing, goto: nothing, evaluate: nothing }
const electron = createElectron(page as unknown as Page, process.argv[2] ?? '')
Object.assign(globalThis, { __electronDouble: electron.module })
await import(pathToFileURL(join(root, 'out/main/main.js')).href)
