import { KINDS } from './kinds'
import { LIGHTER } from './lighter'

/** `abusers PORT NUMBER KINDS`: so many of each kind, until the parent ends it. */
const [port, number, kinds] = process.argv.slice(2) as [string, string, string]
process.on('uncaughtException', (e) => console.error(`abuser: ${e.message}`))
process.on('disconnect', () => process.exit())
for (const name of kinds.split(',')) {
  const kind = KINDS.get(name) ?? LIGHTER.get(name)
  for (let n = 0; n < Number(number); n++) kind?.start(Number(port), n)
}
