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
    example: {
      'first-steps': {
        name: '三台设备',
        shows: '两个传感器以 QoS 1 向一块显示屏发布，第二个传感器的链路会丢失报文。',
      },
      demo: {
        name: '小家庭',
        shows: '六个设备组使用 QoS 0、1 和 2，经过会丢失报文的无线和 TCP 链路。',
      },
      'classroom-qos': {
        name: '三个 QoS 等级对比',
        shows: '同样差的无线链路上的三个 QoS 等级：QoS 0 丢失消息，QoS 1 有重复，QoS 2 两者都没有。',
      },
      'qos-2-by-hand': {
        name: '手动走完 QoS 2',
        shows: '一个传感器和一块显示屏以 QoS 2 慢速通信，可以在单步模式中逐个决定报文。',
      },
      'common-topic': {
        name: '与自己的客户端一起',
        shows: '主题 common 有一个发布者和一个订阅者，你自己的客户端也可以加入。',
      },
      'answering-lamps': {
        name: '会应答的灯',
        shows: '开关发送命令，每盏灯稍后以自己的新状态应答。',
      },
      'smart-home': {
        name: '智能家居',
        shows: '多个房间、漏水报警器、手机，以及连接偶尔被切断的温控器。',
      },
      'rush-hour': {
        name: '高峰时段',
        shows: '先是平静，然后两次出现高峰和差网络，还有代理重新启动，共两分钟。',
      },
      'factory-200': {
        name: '工厂生产线',
        shows: '一个代理上的 200 台设备：190 台机器和仪表发布，10 个工位收听。',
      },
    },
  },
  welcome: {
    title: '欢迎：慢动作中的三台设备',
    watch: '两个传感器发布消息。中间的代理把每条消息转发给显示屏。',
    loss: 'sensor-2 的链路会丢失报文：请留意叉号。在 QoS 1 下，发送方等待后带 DUP 重传。',
    look: '点击设备可查看它的报文，打开“握手”可查看一条消息的每个箭头。',
    demo: '打开完整演示',
    done: '知道了',
  },
}
