/** Lines of the broker by their key; `{who}` is the client, as identifier or address. */
export const brokerNotes = {
  en: {
    'broker-fault': '{what}',
    'broker-rule': '{who}: {what}',
    'broker-bad-login': '{who}: wrong user name or password',
    'broker-login-needed': '{who}: a user name is required',
    'broker-denied-publish': '{who}: not allowed to publish to {topic}',
    'broker-denied-subscribe': '{who}: not allowed to subscribe to {filter}',
    'broker-too-many-levels':
      '{who}: {text} has more than {limit} levels (broker.limits.topicLevels of the scenario)',
    'broker-subscriptions-full':
      '{who}: subscriptions of this client are refused: the limit is reached (broker.limits.{limit} of the scenario)',
    'broker-denied-will': '{who}: not allowed to set a will on {topic}',
    'broker-denied-bridge':
      '{who}: a bridge may not write to {topic}. Set `notifications false` in its configuration.',
    'broker-taken-over': '{who} was disconnected: another connection took over its client identifier',
    'broker-takeover-loop':
      'Two clients use the client identifier {clientId} and disconnect each other again and again. Give each its own.',
    'broker-keep-alive':
      '{who} was disconnected: nothing was received from it for {seconds} s, 1.5 times the keep-alive',
    'broker-broken': '{who}: the connection ended without DISCONNECT',
    'broker-no-connect':
      '{who}: no CONNECT within {seconds} s (broker.limits.connectTimeout of the scenario)',
    'broker-browser':
      '{who}: a browser came to the MQTT port, which has no page; the page is at the address that fleetlab serve prints, or in the desktop window',
    'broker-answer-too-large': '{who}: an answer was not sent: it is larger than this client takes',
    'broker-full-clients':
      '{who}: the broker is at its limit of {limit} clients (broker.limits.clients of the scenario)',
    'broker-full-sessions':
      '{who}: the broker is at its limit of {limit} sessions (broker.limits.sessions of the scenario)',
    'broker-full-session-bytes':
      '{who}: the {count} sessions of the broker leave no bytes for another one (broker.limits.sessionBytes of the scenario, of which sessions that stay after their connections may take three quarters)',
    'broker-full-wills':
      '{who}: the broker keeps as many wills as it may (broker.limits.willBytes of the scenario)',
    'broker-quota':
      '{who} was disconnected: it makes the broker keep more than it may (broker.limits.{limit} of the scenario)',
    'broker-queue-full':
      '{who}: messages for this client are dropped: its queue is full (broker.limits.{limit} of the scenario)',
    'broker-not-read':
      '{who}: messages for this client are dropped: it does not read them (broker.limits.{limit} of the scenario)',
    'broker-too-large':
      '{who}: messages for this client are dropped: the packet exceeds its Maximum Packet Size',
    'broker-limit-address':
      'Connections from {address} are refused: the limit is {limit} connections per second (broker.limits.connectionsPerAddress of the scenario).',
    'broker-limit-rate':
      'Connections are refused: the limit is {limit} connections per second (broker.limits.connectionsPerSecond of the scenario).',
    'broker-retained-full':
      'New retained messages are not stored: the limit is reached (broker.limits.{limit} of the scenario).',
    'broker-listener': 'Listener {url}: {why}',
    'broker-not-passed-on': 'A message on {topic} was not forwarded: {why}',
  },
  ko: {
    'broker-fault': '{what}',
    'broker-rule': '{who}: MQTT 규칙에 어긋나 연결을 끊음: {what}',
    'broker-bad-login': '{who}: 사용자 이름이나 비밀번호가 틀렸습니다',
    'broker-login-needed': '{who}: 사용자 이름이 필요합니다',
    'broker-denied-publish': '{who}: {topic}에 발행할 수 없습니다',
    'broker-denied-subscribe': '{who}: {filter} 필터를 구독할 수 없습니다',
    'broker-too-many-levels':
      '{who}: {text}의 레벨이 {limit}개를 넘습니다(시나리오의 broker.limits.topicLevels)',
    'broker-subscriptions-full':
      '{who}: 구독이 한도에 이르러 이 클라이언트의 새 구독을 거부합니다(시나리오의 broker.limits.{limit})',
    'broker-denied-will': '{who}: {topic}에 유언 메시지를 남길 수 없습니다',
    'broker-denied-bridge':
      '{who}: 브리지는 {topic}에 발행할 수 없습니다. 브리지 설정에 `notifications false`를 넣으세요.',
    'broker-taken-over': '{who}: 다른 연결이 같은 클라이언트 식별자를 넘겨받아 연결이 끊겼습니다',
    'broker-takeover-loop':
      '두 클라이언트가 같은 클라이언트 식별자 {clientId}를 쓰며 서로의 연결을 번갈아 끊고 있습니다. 식별자를 각각 다르게 하세요.',
    'broker-keep-alive':
      '{who}: Keep Alive 시간의 1.5배인 {seconds}초 동안 아무것도 오지 않아 연결을 끊었습니다',
    'broker-broken': '{who}: DISCONNECT 없이 연결이 끊겼습니다',
    'broker-no-connect':
      '{who}: {seconds}초 안에 CONNECT가 오지 않았습니다(시나리오의 broker.limits.connectTimeout)',
    'broker-browser':
      '{who}: 웹 브라우저가 MQTT 포트에 접속했습니다. 페이지는 fleetlab serve가 출력한 주소나 데스크톱 창에 있습니다',
    'broker-answer-too-large': '{who}: 받을 수 있는 크기보다 커서 응답을 보내지 않았습니다',
    'broker-full-clients':
      '{who}: 브로커의 클라이언트 한도({limit}개)에 이르렀습니다(시나리오의 broker.limits.clients)',
    'broker-full-sessions':
      '{who}: 브로커의 세션 한도({limit}개)에 이르렀습니다(시나리오의 broker.limits.sessions)',
    'broker-full-session-bytes':
      '{who}: 브로커의 세션 {count}개가 바이트를 차지하고 있어 새 세션을 둘 자리가 없습니다(시나리오의 broker.limits.sessionBytes. 연결이 끝나도 남는 세션은 그 4분의 3까지 쓸 수 있습니다)',
    'broker-full-wills':
      '{who}: 브로커가 보관할 수 있는 유언 메시지의 한도에 이르렀습니다(시나리오의 broker.limits.willBytes)',
    'broker-quota':
      '{who}: 브로커가 보관할 수 있는 양을 넘겨 연결을 끊었습니다(시나리오의 broker.limits.{limit})',
    'broker-queue-full':
      '{who}: 대기열이 가득 차서 이 클라이언트의 메시지를 버립니다(시나리오의 broker.limits.{limit})',
    'broker-not-read': '{who}: 읽지 않는 클라이언트라 메시지를 버립니다(시나리오의 broker.limits.{limit})',
    'broker-too-large': '{who}: Maximum Packet Size보다 큰 패킷이라 메시지를 버립니다',
    'broker-limit-address':
      '{address}의 연결을 거부합니다. 한 주소에서는 초당 {limit}개까지입니다(시나리오의 broker.limits.connectionsPerAddress).',
    'broker-limit-rate':
      '연결을 거부합니다. 초당 연결은 {limit}개까지입니다(시나리오의 broker.limits.connectionsPerSecond).',
    'broker-retained-full':
      '보존 메시지가 한도에 이르러 새 보존 메시지를 저장하지 않습니다(시나리오의 broker.limits.{limit}).',
    'broker-listener': '리스너 {url}: {why}',
    'broker-not-passed-on': '{topic} 메시지를 전달하지 못했습니다: {why}',
  },
}
