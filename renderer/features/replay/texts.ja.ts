import type { TextsOf } from '../../i18n/define'
import type { replayMessages } from './messages'

/** Japanese of pictures that are drawn on. */
export const replayJa: TextsOf<typeof replayMessages> = {
  replay: {
    draw: {
      tools: '図に書き込む',
      pen: 'ペン',
      arrow: '矢印',
      text: '文字',
      undo: '最後の書き込みを取り消す',
      clear: '書き込みをすべて消す',
    },
  },
}
