import { KINDS } from './kinds'

/** `abusers PORT NUMBER KINDS`: so many of each kind, until the parent ends it. */
const [port, number, kinds] = process.argv.slice(2) as [string, string, string]
process.on('uncaughtException', (e) => console.error(`abuser: ${e.message}`))
process.on('disconnect', () => process.exit())
for (const name of kinds.split(',')) {
  for (let n = 0; n < Number(number); n++) KINDS.get(name)?.start(Number(port), n)
}
