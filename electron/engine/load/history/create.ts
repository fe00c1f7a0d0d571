import { join } from 'node:path'
import type { Note } from '../../../contract/model'
import { freshRunId } from '../run/run-id'
import { runLoad } from '../run/run-load'
import { note } from '../../base/notes'
import type { EngineDeps } from '../../types'
import type { AllowedHosts } from '../../base/allowed-hosts'
import { LoadService } from './load-service'
import { FileRunHistory } from './file-run-history'
import { FileJournal } from './journal'
import { MemoryRunHistory } from './run-history'

/** The engine's load tests, on this machine's clock; the history lies in the host's folder where it gives one. */
export function createLoadService(
  deps: Pick<EngineDeps, 'env' | 'dataFolder' | 'version' | 'onLoadTest'>,
  hosts: AllowedHosts,
  fault: (n: Note) => void,
): LoadService {
  const onCorrupt = (file: string, why: string): void =>
    fault(
      note(
        'load-run-corrupt',
        'A load test in the history cannot be read ({why}); it was set aside as {file}.',
        { file, why },
      ),
    )
  const folder = deps.dataFolder === undefined ? undefined : join(deps.dataFolder, 'load-tests')
  const onFault = (why: string): void =>
    fault(note('load-test-failed', 'The load test failed: {why}', { why }))
  return new LoadService({
    ...(folder === undefined ? {} : { journal: new FileJournal(folder, (e) => onFault(String(e))) }),
    history: folder === undefined ? new MemoryRunHistory() : new FileRunHistory(folder, onCorrupt),
    env: deps.env,
    hosts,
    now: () => Date.now(),
    run: (config, options) => {
      const listener = deps.onLoadTest?.(options.runId)
      return runLoad(config, {
        ...options,
        toolVersion: deps.version,
        onStep: (_point, latencies) => listener?.step(latencies),
        onProgress: (p) => {
          listener?.update(p)
          options.onProgress?.(p)
        },
      })
    },
    newRunId: freshRunId,
    onFault,
  })
}
