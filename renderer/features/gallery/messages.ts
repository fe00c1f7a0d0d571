import { defineMessages } from '../../i18n/define'

/** Texts of the gallery. English sentences of the examples are the descriptions in their files; a test compares them. */
export const galleryMessages = defineMessages(
  {
    gallery: {
      title: 'Scenarios and lessons',
      scenarios: 'Scenarios',
      lessons: 'Lessons',
      minutes: '{n} min',
      level: { first: 'for beginners', second: 'some experience', third: 'advanced' },
      example: {
        demo: {
          name: 'Small home',
          shows: 'Six groups at QoS 0, 1 and 2 over radio and TCP links that lose packets.',
        },
        'classroom-qos': {
          name: 'Three QoS levels compared',
          shows:
            'The three QoS levels over the same bad radio: QoS 0 loses messages, QoS 1 repeats some, QoS 2 does neither.',
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
    gallery: {
      title: '시나리오와 수업 모음',
      scenarios: '시나리오',
      lessons: '학습',
      minutes: '{n}분',
      level: { first: '입문', second: '중급', third: '심화' },
      example: {
        demo: {
          name: '작은 집',
          shows: 'QoS 0, 1, 2를 쓰는 여섯 장치 그룹이 패킷을 잃는 무선과 TCP 링크로 통신합니다.',
        },
        'classroom-qos': {
          name: '세 QoS 수준 비교',
          shows:
            '나쁜 무선 링크에서 QoS 0은 메시지를 잃고, QoS 1은 중복하며, QoS 2는 잃지도 중복하지도 않습니다.',
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
