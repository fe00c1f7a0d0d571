import { defineMessages } from '../../i18n/define'

/** Texts of pictures that are drawn on. */
export const replayMessages = defineMessages(
  {
    replay: {
      draw: {
        tools: 'Draw on the picture',
        pen: 'Pen',
        arrow: 'Arrow',
        text: 'Text',
        undo: 'Undo the last stroke',
        clear: 'Remove what was drawn',
      },
    },
  },
  {
    replay: {
      draw: {
        tools: '그림에 표시하기',
        pen: '펜',
        arrow: '화살표',
        text: '글자',
        undo: '마지막 획 취소',
        clear: '표시한 것 모두 지우기',
      },
    },
  },
)
