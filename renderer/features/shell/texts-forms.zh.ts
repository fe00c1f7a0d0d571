import type { SameKeys } from '../../i18n/define'
import type { formsEn } from './messages-forms'

/** Simplified Chinese of what the forms that are made from the scenario's schema consist of. */
export const formsZh: SameKeys<typeof formsEn> = {
  forms: {
    kind: '类型',
    nameFirst: '接着填写值',
    nameTaken: '{name} 已存在',
    moveUp: '上移',
    answersHint:
      "在回复和新值中，{'{payload}'} 是收到的内容，{'{payload.名称}'} 是其 JSON 的成员，{'{topic}'} 是其主题，{'{state.名称}'} 是设备保存的值。",
  },
  /** A field's name within another, where it is another than its own. */
  within: {
    answers: {
      on: '主题过滤器',
      qos: '过滤器的 QoS',
      delay: '延时',
      set: '新值',
      reply: '回复',
    },
    delay: {
      minMs: '最短',
      maxMs: '最长',
      meanMs: '平均',
      deviationMs: '标准差',
      steps: '按时间',
    },
    steps: {
      at: '时刻',
      ms: '延时',
      p: '丢失概率',
    },
  },
  /** Kinds of value of a field that takes several. */
  variant: {
    number: '数字',
    text: '文本',
    switch: '是/否',
    set: {
      add: '增加',
    },
    delay: {
      constant: '恒定',
      uniform: '均匀分布',
      normal: '正态分布',
      schedule: '按时间',
    },
  },
}
