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
    phases: '阶段',
    phase: '阶段',
    loop: '循环',
    addPhase: '添加阶段',
    addLoop: '添加循环',
    noPhases: '阶段在一段时间内改变速率、设备数或丢失率，或断开连接。时间从所有设备就绪时算起。',
    span: '{from} 到 {to}',
    since: '从 {from} 起',
    unreached: '不会到达',
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
    phases: {
      name: '名称',
      for: '持续时间',
      steps: '变化',
      times: '次数',
    },
    loss: {
      p: '丢失概率',
      goodToBad: '由好变坏',
      badToGood: '由坏变好',
      lossGood: '好时丢失率',
      lossBad: '坏时丢失率',
      rules: '规则',
      steps: '按时间',
    },
    rules: {
      type: '报文',
      next: '接下来',
      every: '每隔',
      nth: '恰好这些',
    },
    steps: {
      at: '时刻',
      publish: '设备组',
      connect: '设备组',
      cut: '组或设备',
      halfOpen: '组或设备',
      roam: '组或设备',
      disconnect: '组或设备',
      withWill: '并发布遗嘱',
      rate: '消息/秒',
      of: '设备组',
      count: '设备数',
      loss: '丢失',
      restart: '停机时间',
      ms: '延时',
      p: '丢失概率',
    },
  },
  /** Kinds of value of a field that takes several. */
  variant: {
    number: '数字',
    text: '文本',
    switch: '是/否',
    times: {
      number: '次数',
      unlimited: '无限',
    },
    loss: {
      none: '无',
      independent: '独立',
      'gilbert-elliott': '突发',
      rule: '按规则',
      schedule: '按时间',
    },
    steps: {
      publish: '开始发布',
      connect: '连接',
      cut: '断开连接',
      halfOpen: '半开连接',
      roam: '切换网络',
      disconnect: '发送 DISCONNECT',
      rate: '速率',
      count: '设备数',
      loss: '丢失',
      restart: '代理重启',
    },
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
