import type { Texts } from './define'
import type { en } from './en'

type Same<T> = { [K in keyof T]: T[K] extends string ? string : Same<T[K]> }

/** Korean of `en.ts`; packet names stay in English capitals. */
export const ko: Same<typeof en> & Texts = {
  common: {
    inClone: '저장소를 복제한 곳에서는 fleetlab 대신 npm run -s fleetlab --을 씁니다.',
    cancel: '취소',
    close: '닫기',
    copy: '복사',
    copied: '복사함',
    duplicate: '복제',
    remove: '삭제',
    loading: '불러오는 중',
    none: '없음',
    more: '더 보기',
    perSecond: '초당 {n}',
    lastSecond: '실행 시간으로 바로 앞 1초 동안 센 값',
    lastTen: '실행 시간으로 최근 10초의 평균',
    showing: '{total}개 중 {shown}개 표시',
    found: '입력값 {found}; {expected}',
    wrongFields: '잘못된 항목',
    bytes: '{n} B',
    kilobytes: '{n} kB',
    megabytes: '{n} MB',
    ms: '{n} ms',
    seconds: '{n}초',
    minutes: '{n}분',
    retained: '보존',
  },
  link: {
    radio: '무선',
    tcp: 'TCP',
    cut: '자주 끊김',
    radioLost: 'MQTT 패킷이 통째로 손실됩니다.',
    radioWhy:
      'TCP가 아니라 MQTT-SN/UDP 같은 데이터그램 링크입니다. 보낸 쪽이 재전송 타이머를 기다렸다가 DUP=1로 다시 보냅니다.',
    tcpLost: '패킷이 아니라 세그먼트가 손실됩니다.',
    tcpWhy:
      'TCP가 시간 초과 뒤에 세그먼트를 다시 보내므로 패킷은 늦게 도착하고 뒤의 패킷도 기다립니다. 손실이 거듭되면 연결이 초기화됩니다.',
    cutLost: '연결이 끊깁니다.',
    cutWhy:
      '전송 중이던 패킷도 함께 손실됩니다. 클라이언트가 재접속해 확인 응답을 받지 못한 메시지를 세션에서 다시 보냅니다.',
    sentenceRetry: 'MQTT 패킷이 통째로 손실되고, 재전송 타이머({timer})가 복구합니다',
    sentenceReconnect: 'MQTT 패킷이 통째로 손실되고, {timer} 동안 응답이 없으면 클라이언트가 재접속합니다',
    sentenceLink: 'MQTT 패킷이 통째로 손실되고, 링크가 같은 바이트를 {timer} 후에 다시 보냅니다',
    sentenceNone: 'MQTT 패킷이 통째로 손실되고, 복구 수단이 없습니다',
    sentenceTcp: '세그먼트가 손실되면 TCP가 재전송합니다: 늦지만 빠지지 않습니다',
    sentenceCut: '연결이 끊기고, 클라이언트가 {timer} 뒤 재접속해 세션에서 다시 보냅니다',
    mixed: '혼합',
    sentenceMixed: '그룹마다 링크가 다릅니다. 각 그룹을 보세요',
  },
  qos: { most: '최대 한 번', least: '최소 한 번', exactly: '정확히 한 번' },
  term: {
    publisher: '발행자',
    subscriber: '구독자',
    broker: '브로커',
    topic: '토픽',
    uplink: '업링크',
    downlink: '다운링크',
    lost: '손실',
    delivered: '전달',
    duplicate: '중복',
    held: '보류',
    transit: '전송 중',
    resent: '재전송',
    external: '외부',
  },
}
