import { defineMessages } from '../../i18n/define'

/** Texts of the gallery; what its examples are called stands in their files and in `examples/texts`. */
export const galleryMessages = defineMessages(
  {
    welcome: {
      title: 'Welcome: three devices in slow motion',
      watch: 'Two sensors publish. The broker in the middle passes each message on to the display.',
      loss: 'Packets of the sensor with the bad link get lost: watch for the cross. At QoS 1 the sender waits and sends again, with DUP.',
      look: 'Click a device for its packets, or open Handshakes for every arrow of a message.',
      demo: 'Open the full demo',
      done: 'Got it',
    },
    gallery: {
      title: 'Scenarios and lessons',
      scenarios: 'Scenarios',
      lessons: 'Lessons',
      minutes: '{n} min',
      level: { first: 'for beginners', second: 'some experience', third: 'advanced' },
    },
  },
  {
    welcome: {
      title: '처음 만나는 MQTT: 느린 속도로 보는 장치 세 대',
      watch: '센서 두 대가 메시지를 발행하고, 가운데의 브로커가 표시 장치에 전달합니다.',
      loss: '링크가 나쁜 센서의 패킷은 손실됩니다. ✕ 표시를 보세요. QoS 1에서는 기다렸다가 DUP을 붙여 다시 보냅니다.',
      look: '장치를 누르면 그 장치의 패킷이, 핸드셰이크 화면을 열면 메시지의 모든 화살표가 보입니다.',
      demo: '전체 데모 열기',
      done: '알겠습니다',
    },
    gallery: {
      title: '시나리오와 학습 모음',
      scenarios: '시나리오',
      lessons: '학습',
      minutes: '{n}분',
      level: { first: '입문', second: '중급', third: '심화' },
    },
  },
)
