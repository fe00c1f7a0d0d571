import type { TextsOf } from '../../i18n/define'
import type { replayMessages } from './messages'

/** Simplified Chinese of pictures that are drawn on. */
export const replayZh: TextsOf<typeof replayMessages> = {
  replay: {
    draw: {
      tools: '在图上标注',
      pen: '画笔',
      arrow: '箭头',
      text: '文字',
      undo: '撤销上一笔',
      clear: '清除所有标注',
    },
  },
}
