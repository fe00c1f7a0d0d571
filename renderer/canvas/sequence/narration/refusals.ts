/** Why a message or a connection was refused: reason codes of MQTT 5.0 table 2-6, in a few words. */
const REASONS = {
  en: {
    0x81: 'malformed packet',
    0x82: 'protocol error',
    0x83: 'not accepted by this broker',
    0x87: 'not authorized',
    0x8b: 'the broker is shutting down',
    0x8d: 'keep-alive timeout',
    0x8e: 'client identifier taken over',
    0x8f: 'invalid topic filter',
    0x90: 'invalid topic name',
    0x91: 'packet identifier in use',
    0x93: 'Receive Maximum exceeded',
    0x94: 'invalid topic alias',
    0x95: 'packet too large',
    0x96: 'message rate too high',
    0x97: 'quota exceeded',
    0x98: 'administrative action',
    0x99: 'payload format invalid',
    0x9a: 'RETAIN not supported',
    0x9b: 'QoS not supported',
  },
  ko: {
    0x81: '형식이 잘못된 패킷',
    0x82: '프로토콜 오류',
    0x83: '브로커가 받지 않음',
    0x87: '권한 없음',
    0x8b: '브로커 종료',
    0x8d: 'Keep Alive 시간 초과',
    0x8e: '다른 연결이 클라이언트 식별자를 넘겨받음',
    0x8f: '잘못된 토픽 필터',
    0x90: '잘못된 토픽 이름',
    0x91: '사용 중인 패킷 식별자',
    0x93: 'Receive Maximum 초과',
    0x94: '잘못된 토픽 별칭',
    0x95: '너무 큰 패킷',
    0x96: '너무 잦은 메시지',
    0x97: '할당량 초과',
    0x98: '관리자 조치',
    0x99: '잘못된 페이로드 형식',
    0x9a: 'RETAIN을 지원하지 않음',
    0x9b: '지원하지 않는 QoS',
  },
} satisfies Record<'en' | 'ko', Record<number, string>>

/** @param reason 0x80 or more; one that is not named here is given as its number */
export function refusalText(reason: number, lang: 'en' | 'ko'): string {
  const texts: Record<number, string> = REASONS[lang]
  const hex = `0x${reason.toString(16).toUpperCase().padStart(2, '0')}`
  return texts[reason] ?? (lang === 'ko' ? `이유 코드 ${hex}` : `reason code ${hex}`)
}
