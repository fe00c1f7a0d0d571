import { defineMessages } from '../../i18n/define'

/** Texts of the gallery. English sentences of the examples are the descriptions in their files; a test compares them. */
export const galleryMessages = defineMessages(
  {
    welcome: {
      title: 'Welcome: three devices in slow motion',
      watch: 'Two sensors publish. The broker in the middle passes each message on to the display.',
      loss: 'The link of sensor-2 loses packets: watch for the cross. At QoS 1 the sender waits and sends again, with DUP.',
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
      example: {
        'first-steps': {
          name: 'Three devices',
          shows: 'Two sensors publish to one display at QoS 1, and the link of the second loses packets.',
        },
        demo: {
          name: 'Small home',
          shows: 'Six groups at QoS 0, 1 and 2 over radio and TCP links that lose packets.',
        },
        'classroom-qos': {
          name: 'Three QoS levels compared',
          shows:
            'The three QoS levels over the same bad radio: QoS 0 loses messages, QoS 1 repeats some, QoS 2 does neither.',
        },
        'qos-2-by-hand': {
          name: 'QoS 2 by hand',
          shows: 'One sensor and one display at QoS 2, slow enough to decide about each packet in step mode.',
        },
        'common-topic': {
          name: 'With a client of your own',
          shows:
            'One publisher and one subscriber of the topic common, to be joined by a client of your own.',
        },
        'answering-lamps': {
          name: 'Lamps that answer',
          shows: 'A switch sends commands, and each lamp answers a moment later with its new state.',
        },
        'smart-home': {
          name: 'Smart home',
          shows: 'Rooms, a leak alarm, a phone, and a thermostat whose connection is cut now and then.',
        },
        'rush-hour': {
          name: 'Rush hour',
          shows: 'Calm, then twice a rush and a bad network, and a broker that restarts, in two minutes.',
        },
        'factory-200': {
          name: 'Factory line',
          shows: '200 devices at one broker: 190 machines and gauges publish, ten stations listen.',
        },
      },
    },
  },
  {
    welcome: {
      title: '처음 만나는 MQTT: 느린 속도로 보는 장치 세 대',
      watch: '센서 두 대가 메시지를 발행하고, 가운데의 브로커가 표시 장치에 전달합니다.',
      loss: 'sensor-2의 링크는 패킷을 잃습니다. X 표시를 보세요. QoS 1에서는 기다렸다가 DUP을 붙여 다시 보냅니다.',
      look: '장치를 누르면 그 장치의 패킷이, 핸드셰이크 화면을 열면 메시지의 모든 화살표가 보입니다.',
      demo: '전체 데모 열기',
      done: '알겠습니다',
    },
    gallery: {
      title: '시나리오와 수업 모음',
      scenarios: '시나리오',
      lessons: '학습',
      minutes: '{n}분',
      level: { first: '입문', second: '중급', third: '심화' },
      example: {
        'first-steps': {
          name: '장치 세 대',
          shows: '센서 두 대가 표시 장치 한 대에 QoS 1로 발행하며, 두 번째 센서의 링크는 패킷을 잃습니다.',
        },
        demo: {
          name: '작은 집',
          shows: 'QoS 0, 1, 2를 쓰는 여섯 장치 그룹이 패킷을 잃는 무선과 TCP 링크로 통신합니다.',
        },
        'classroom-qos': {
          name: '세 QoS 수준 비교',
          shows:
            '나쁜 무선 링크에서 QoS 0은 메시지를 잃고, QoS 1은 중복하며, QoS 2는 잃지도 중복하지도 않습니다.',
        },
        'qos-2-by-hand': {
          name: '손으로 하는 QoS 2',
          shows:
            '센서 하나와 표시 장치 하나가 QoS 2로 천천히 통신합니다. 단계 모드에서 패킷을 하나씩 정해 보세요.',
        },
        'common-topic': {
          name: '내 클라이언트와 함께',
          shows: '토픽 common의 발행자와 구독자 한 쌍입니다. 직접 만든 클라이언트를 접속해 보세요.',
        },
        'answering-lamps': {
          name: '응답하는 전등',
          shows: '스위치가 명령을 보내면 전등마다 잠시 뒤 새 상태로 응답합니다.',
        },
        'smart-home': {
          name: '스마트 홈',
          shows: '방 센서, 누수 경보기, 휴대전화, 그리고 가끔 연결이 끊기는 온도 조절기가 있습니다.',
        },
        'rush-hour': {
          name: '혼잡 시간',
          shows: '한가한 때, 두 번 되풀이되는 혼잡과 나쁜 네트워크, 브로커 재시작을 2분 만에 봅니다.',
        },
        'factory-200': {
          name: '공장 라인',
          shows:
            '장치 200대가 한 브로커에 접속합니다. 기계와 계측기 190대가 발행하고 작업대 10대가 구독합니다.',
        },
      },
    },
  },
)
