import type { TextsOf } from '../../i18n/define'
import type { galleryMessages } from './messages'

/** Simplified Chinese of the gallery. */
export const galleryZh: TextsOf<typeof galleryMessages> = {
  gallery: {
    title: '场景和课程集',
    scenarios: '场景',
    lessons: '课程',
    minutes: '{n} 分钟',
    level: { first: '入门', second: '中级', third: '高级' },
  },
  welcome: {
    title: '欢迎：慢动作中的三台设备',
    watch: '两个传感器发布消息。中间的代理把每条消息转发给显示屏。',
    loss: '链路差的传感器的报文会丢失：请留意叉号。在 QoS 1 下，发送方等待后带 DUP 重传。',
    look: '点击设备可查看它的报文，打开“握手”可查看一条消息的每个箭头。',
    demo: '打开完整演示',
    done: '知道了',
  },
}
