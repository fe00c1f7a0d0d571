/** Texts of what the forms that are made from the scenario's schema consist of. */
export const formsEn = {
  forms: {
    kind: 'Kind',
    nameFirst: 'its value comes next',
    nameTaken: '{name} is there already',
    moveUp: 'Move up',
    answersHint:
      "In a reply and in new values, {'{payload}'} is what was received, {'{payload.NAME}'} a member of its JSON, {'{topic}'} its topic and {'{state.NAME}'} what the device keeps.",
  },
  /** A field's name within another, where it is another than its own. */
  within: {
    answers: {
      on: 'Topic filter',
      qos: 'QoS of the filter',
      delay: 'Delay',
      set: 'New values',
      reply: 'Reply',
    },
    delay: {
      minMs: 'At least',
      maxMs: 'At most',
      meanMs: 'Mean',
      deviationMs: 'Deviation',
      steps: 'At times',
    },
    steps: {
      at: 'At',
      ms: 'Delay',
      p: 'Chance of loss',
    },
  },
  /** Kinds of value of a field that takes several. */
  variant: {
    number: 'number',
    text: 'text',
    switch: 'yes or no',
    set: {
      add: 'add',
    },
    delay: {
      constant: 'constant',
      uniform: 'uniform',
      normal: 'normal',
      schedule: 'by time',
    },
  },
} as const

export const formsKo = {
  forms: {
    kind: '종류',
    nameFirst: '값은 다음에 정합니다',
    nameTaken: '이미 있는 이름입니다: {name}',
    moveUp: '위로 옮기기',
    answersHint:
      "회신과 새 값에서 {'{payload}'}는 받은 내용, {'{payload.이름}'}은 그 JSON의 항목, {'{topic}'}은 그 토픽, {'{state.이름}'}은 장치가 기억하는 값입니다.",
  },
  /** A field's name within another, where it is another than its own. */
  within: {
    answers: {
      on: '토픽 필터',
      qos: '필터의 QoS',
      delay: '지연',
      set: '새 값',
      reply: '회신',
    },
    delay: {
      minMs: '최소',
      maxMs: '최대',
      meanMs: '평균',
      deviationMs: '표준 편차',
      steps: '시각별',
    },
    steps: {
      at: '시각',
      ms: '지연',
      p: '손실 확률',
    },
  },
  /** Kinds of value of a field that takes several. */
  variant: {
    number: '숫자',
    text: '글자',
    switch: '예/아니요',
    set: {
      add: '더하기',
    },
    delay: {
      constant: '일정',
      uniform: '균등 분포',
      normal: '정규 분포',
      schedule: '시각별',
    },
  },
} as const
