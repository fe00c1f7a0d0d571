import { flagWord } from '@contract/load-flags'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { FLAG_LOOKS, isSwitch, type FlagLook, type Switch, type TextFlag } from '../../stores/load-form'
import { useLoadSetup } from '../../stores/load-setup'
import { useLoads } from '../../stores/load-runs'
import { useSay } from './say'

/** What all fields of a flag have: name, look, whether it may be changed, and what is wrong with it. */
export function useFlag(flag: () => TextFlag | Switch) {
  const { t } = useI18n()
  const { problem } = useSay()
  const setup = useLoadSetup()
  const loads = useLoads()
  const look = computed((): FlagLook => {
    const f = flag()
    return isSwitch(f) ? {} : (FLAG_LOOKS[f] ?? {})
  })
  const placeholder = computed(
    () => look.value.placeholder ?? t(`load.${look.value.placeholderText ?? 'unset'}`),
  )
  const wrong = computed(() => {
    const found = setup.problems[flag()]
    return found ? problem(found) : null
  })
  const unused = computed(() => {
    const why = setup.unused[flag()]
    return why ? t(`load.unused.${why}`) : null
  })
  return {
    label: computed(() => t(`load.flag.${flag()}`)),
    word: computed(() => flagWord(flag())),
    locked: computed(() => loads.locked),
    commit: (value: string | boolean): void => setup.change({ [flag()]: value }),
    look,
    placeholder,
    wrong,
    unused,
  }
}
