import type { TextsOf } from '../../i18n/define'
import type { printMessages } from './messages'

/** Simplified Chinese of what is printed. */
export const printZh: TextsOf<typeof printMessages> = {
  print: {
    title: '打印练习页…',
    hint: 'A4。练习页上，这次运行的箭头和计数留空；答案页上已经填好。',
    what: '打印内容',
    both: '两者',
    worksheet: '练习页',
    key: '答案页',
    print: '打印…',
    picture: '时序图',
    name: '姓名',
    class: '班级',
    date: '日期',
    task: '每个编号代表一个发送的报文。请画出它到另一条线的箭头，在箭头上写出报文的名称；报文丢失处画 ✕。然后填写计数。',
    seed: '种子 {n}',
    count: { packets: '发送的报文', lost: '丢失的报文', copies: '订阅者收到的消息份数' },
  },
}
