import { z } from 'zod'
import { topicFilter } from './scenario-fields'

/** A file that lies beside the scenario's or in a folder there: no way leads out of that folder. */
const fileBeside = z
  .string()
  .min(1)
  .max(1024)
  .refine((f) => !/^[/\\]|^[A-Za-z]:|\\|\0|(^|\/)\.\.(\/|$)/.test(f), {
    error: 'expected a file beside the scenario file or in a folder there, with / between folders',
  })

/** Messages of a recording, which a publish plays in place of messages of its own. */
export const replaySchema = z.strictObject({
  /**
   * A capture (pcap, pcapng, a kept run), JSON lines (what `mosquitto_sub -F %j` prints, too) or CSV; its path from the
   * scenario file.
   */
  file: fileBeside,
  /** Only messages on these topics; {n}, {id} and {group} are replaced for each device. */
  topics: topicFilter.optional(),
  /** Only messages of this client of the recording; {n}, {id} and {group} are replaced for each device. */
  client: z.string().min(1).max(256).optional(),
  /** Deals the messages out: each topic's, or each client's, are played by one device of the group. Else each plays all. */
  share: z.enum(['topics', 'clients']).optional(),
  /** 1 keeps the gaps of the recording, 10 plays it ten times as fast. */
  speed: z.number().positive().max(1000).default(1),
  /** Begins again at its end. */
  loop: z.boolean().default(false),
})
export type ReplayConfig = z.output<typeof replaySchema>

interface Publishing {
  publishes?: readonly { from?: { file: string; loop?: boolean | undefined } | undefined }[] | undefined
}

/** The run is over with the last message of its recordings: nothing else publishes, and none begins again. */
export function endsWithRecordings(groups: readonly Publishing[]): boolean {
  const all = groups.flatMap((g) => g.publishes ?? [])
  return all.length > 0 && all.every((p) => p.from !== undefined && !p.from.loop)
}

/** Files that groups play, each once, with where the first publish that names it is. */
export function replayedFiles(groups: readonly Publishing[]): Map<string, string> {
  const files = new Map<string, string>()
  groups.forEach((g, i) =>
    g.publishes?.forEach(({ from }, j) => {
      if (from && !files.has(from.file)) files.set(from.file, `groups.${i}.publishes.${j}.from.file`)
    }),
  )
  return files
}
