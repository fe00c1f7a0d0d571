import type { TextsOf } from '../../../i18n/define'
import type { joinMessages } from './messages'

/** Simplified Chinese of the join page. */
export const joinZh: TextsOf<typeof joinMessages> = {
  join: {
    title: '加入班级',
    lead: '你将实时看到本班的 MQTT Fleet Lab 画面。可以随意查看，但不能更改。',
    code: '加入码',
    codeHint: '8 位数字，见投影屏幕',
    name: '你的姓名',
    nameHint: '教师可以看到',
    go: '加入',
    going: '正在加入',
    left: '你已不在本班：教师将你移出，或者你离开太久。',
    'wrong-code': '加入码不对。请看投影屏幕，重新输入。',
    expired: '这个加入码已过期。请索取新的加入码。',
    'bad-name': '请输入至少含一个字母、汉字或数字的姓名。',
    full: '班级已满。请教师移出已离开的人。',
    'too-many': '输错次数太多。请在 {n} 秒后再试。',
    'bad-request': '无法理解这个请求。请刷新页面后再试。',
    foreign: '此页面是从别处打开的。请打开投影屏幕上的地址。',
    unreachable: '教师的计算机没有响应。你连接到班级网络了吗？',
    language: '语言',
  },
}
