import { japanese } from '../../canvas/sequence/narration/ja'
import { experimentsJa } from '../../features/experiments/texts.ja'
import { galleryJa } from '../../features/gallery/texts.ja'
import { fieldNamesJa } from '../../features/handshakes/field-names.ja'
import { handshakesJa } from '../../features/handshakes/texts.ja'
import { labJa } from '../../features/lab/texts.ja'
import { lessonsJa } from '../../features/lessons/texts.ja'
import { loadJa } from '../../features/load/texts.ja'
import { printJa } from '../../features/print/texts.ja'
import { replayJa } from '../../features/replay/texts.ja'
import { shareJa } from '../../features/share/texts.ja'
import { shellJa } from '../../features/shell/texts.ja'
import { trafficJa } from '../../features/traffic/texts.ja'
import { ja } from '../ja'
import { languagePack } from './pack'

/** All Japanese texts of the page. */
export const texts = languagePack('ja', {
  texts: {
    ...ja,
    ...shellJa,
    ...galleryJa,
    ...labJa,
    ...handshakesJa,
    ...trafficJa,
    ...experimentsJa,
    ...loadJa,
    ...lessonsJa,
    ...shareJa,
    ...printJa,
    ...replayJa,
  },
  teller: japanese,
  fieldNames: fieldNamesJa,
})
