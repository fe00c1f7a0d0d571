/** Names of decoded fields by the engine's keys; English is the key spelled out. */
const KOREAN: Record<string, string> = {
  fixedHeader: '고정 헤더',
  packetType: '패킷 유형',
  remainingLength: '남은 길이',
  variableHeader: '가변 헤더',
  topicLength: '토픽 길이',
  topicName: '토픽 이름',
  packetIdentifier: '패킷 식별자',
  payload: '페이로드',
  protocolName: '프로토콜 이름',
  protocolLevel: '프로토콜 수준',
  connectFlags: '연결 플래그',
  cleanSession: '세션 지우기',
  cleanStart: '새로 시작',
  keepAlive: 'Keep Alive 시간',
  clientIdentifier: '클라이언트 식별자',
  userName: '사용자 이름',
  userNameFlag: '사용자 이름 플래그',
  password: '비밀번호',
  passwordFlag: '비밀번호 플래그',
  willFlag: '유언 플래그',
  willQos: '유언 QoS',
  willRetain: '유언 보존',
  willTopic: '유언 토픽',
  willPayload: '유언 내용',
  acknowledgeFlags: '응답 플래그',
  sessionPresent: '세션 있음',
  returnCode: '반환 코드',
  reasonCode: '이유 코드',
  topicFilter: '토픽 필터',
  requestedQos: '요청한 QoS',
  subscriptionOptions: '구독 옵션',
  properties: '속성',
  propertyLength: '속성 길이',
  userProperty: '사용자 속성',
  length: '길이',
  reserved: '예약',
  malformed: '형식 오류',
  notCaptured: '캡처되지 않음',
}
const OTHERS: Partial<Record<string, Record<string, string>>> = { ko: KOREAN }

/** Adds a language that is loaded when it is wanted. */
export const addFieldNames = (language: string, names: Record<string, string>): void => {
  OTHERS[language] = names
}

const ENGLISH: Record<string, string> = {
  dup: 'DUP',
  qos: 'QoS',
  retain: 'RETAIN',
  willQos: 'Will QoS',
  requestedQos: 'Requested QoS',
}

function spelled(key: string): string {
  const words = key.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** A field's name in the reader's language; a property is named by its own name. */
export function fieldName(key: string, language: string): string {
  const own = key.split('.').at(-1) ?? key
  return OTHERS[language]?.[own] ?? ENGLISH[own] ?? spelled(own)
}
