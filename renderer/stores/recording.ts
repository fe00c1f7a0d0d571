import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { InspectReport } from '@contract/inspect-report'
import { useLink } from '../api'
import { uploadCapture } from '../api/capture-upload'
import { pickFile } from '../api/file'
import { useLog } from './log'
import { useStatus } from './status'

/** The recorded capture that is shown in place of the run. */
export const useRecording = defineStore('recording', () => {
  const link = useLink()
  const log = useLog()
  const status = useStatus()
  /** How much of a file has been sent, 0 to 1; null while none is. */
  const sending = ref<number | null>(null)
  const report = shallowRef<InspectReport | null>(null)
  const now = computed(() => status.status?.recording ?? null)

  watch(
    () => now.value?.revision,
    (revision) => {
      report.value = null
      if (revision === undefined) return
      link.api.getCaptureReport({}).then(
        (r) => (report.value = r),
        () => undefined,
      )
    },
    { immediate: true },
  )

  const open = (file: File): Promise<void> =>
    log.attempt(async () => {
      if (sending.value !== null) return
      sending.value = 0
      try {
        await uploadCapture(link.api, file, (fraction) => (sending.value = fraction))
        location.hash = '#/handshakes'
      } finally {
        sending.value = null
      }
    })
  return {
    now,
    report,
    sending,
    open,
    choose: () => pickFile('.pcap,.pcapng,.cap', (file) => void open(file)),
    close: () => log.attempt(() => link.api.closeCapture({})),
  }
})
