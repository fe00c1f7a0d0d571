import { join } from 'node:path'
import type { Note } from '../../../contract/model'
import { freshRunId } from '../run/run-id'
import { runLoad } from '../run/run-load'
import { note } from '../../base/notes'
import type { EngineDeps } from '../../types'
import type { AllowedHosts } from '../../base/allowed-hosts'
import { LoadDesk } from './desk'
import { FileRunStore } from './file-store'
import { FileJournal } from './journal'
import { MemoryRunStore } from './store'

/** The engine's load tests, on this machine's clock; the history lies in the host's folder where it gives one. */
export function createLoadDesk(
  deps: Pick<EngineDeps, 'env' | 'store'>,
  hosts: AllowedHosts,
  fault: (n: Note) => void,
): LoadDesk {
  const onCorrupt = (file: string, why: string): void =>
    fault(
      note(
        'load-run-corrupt',
        'A load test of the history cannot be read ({why}); it was put aside as {file}.',
        { file, why },
      ),
    )
  const folder = deps.store && join(deps.store.folder, 'load-tests')
  const onFault = (why: string): void =>
    fault(note('load-test-failed', 'The load test failed: {why}', { why }))
  return new LoadDesk({
    ...(folder === undefined ? {} : { journal: new FileJournal(folder, (e) => onFault(String(e))) }),
    store: folder === undefined ? new MemoryRunStore() : new FileRunStore(folder, onCorrupt),
    env: deps.env,
    hosts,
    now: () => Date.now(),
    run: runLoad,
    newRunId: freshRunId,
    onFault,
  })
}
