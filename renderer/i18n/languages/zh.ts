import { chinese } from '../../canvas/sequence/narration/zh'
import { experimentsZh } from '../../features/experiments/texts.zh'
import { galleryZh } from '../../features/gallery/texts.zh'
import { fieldNamesZh } from '../../features/handshakes/field-names.zh'
import { handshakesZh } from '../../features/handshakes/texts.zh'
import { labZh } from '../../features/lab/texts.zh'
import { lessonsZh } from '../../features/lessons/texts.zh'
import { loadZh } from '../../features/load/texts.zh'
import { printZh } from '../../features/print/texts.zh'
import { replayZh } from '../../features/replay/texts.zh'
import { shareZh } from '../../features/share/texts.zh'
import { shellZh } from '../../features/shell/texts.zh'
import { trafficZh } from '../../features/traffic/texts.zh'
import { zh } from '../zh'
import { languagePack } from './pack'

/** Simplified Chinese: all texts of the page. */
export const texts = languagePack('zh', {
  texts: {
    ...zh,
    ...shellZh,
    ...labZh,
    ...handshakesZh,
    ...trafficZh,
    ...experimentsZh,
    ...loadZh,
    ...lessonsZh,
    ...shareZh,
    ...printZh,
    ...replayZh,
    ...galleryZh,
  },
  teller: chinese,
  fieldNames: fieldNamesZh,
})
