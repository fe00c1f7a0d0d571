import { defineMessages } from '../../i18n/define'
import { joinMessages } from './join/messages'

const own = defineMessages(
  {
    share: {
      section: 'Class',
      button: 'Share with a class',
      buttonOn: 'Shared with a class: {n} watching',
      title: 'Share with a class',
      where: 'Class network',
      thisMachine: '{address} · this computer only',
      noNetwork:
        'This computer is not connected to a network. Connect it to the class network, then open this dialog again.',
      warningTitle: 'Before you start',
      warnNetwork:
        'This computer will accept connections from that network until you stop sharing or close the program.',
      warnWatch:
        'Anyone with the join code sees everything you see here: topics, payloads, packets and the load test history.',
      warnChange: 'Nobody can change anything unless you hand the controls to someone.',
      warnPlain: 'The connection is not encrypted. Use a network you trust, and no real passwords or data.',
      start: 'Start sharing',
      starting: 'Starting',
      address: 'Address',
      code: 'Join code',
      copyAddress: 'Copy the address',
      scan: 'Scan, or open the address and type the code',
      qr: 'QR code that opens {url} with the join code filled in',
      valid: 'valid for another {n}',
      expired: 'The code has expired: nobody new can join. People already here stay.',
      renew: 'New code',
      large: 'Show full screen',
      people: 'Who is here',
      count: '{n} of {max}',
      nobody: 'Nobody has joined yet.',
      away: 'away',
      hasControls: 'has the controls',
      handOver: 'Hand over controls',
      handOverTo: 'Hand the controls to {name}',
      takeBack: 'Take back',
      takeBackFrom: 'Take the controls back from {name}',
      remove: 'Remove {name}',
      stop: 'Stop sharing',
      stopHint: 'Everyone is disconnected and no new connections are accepted.',
      noteControls:
        'One person at a time can run, pause, step and change the fleet and its links. Files, experiments, load tests, lessons and sharing stay with you.',
      step1: 'Scan the code, or open',
      step2: 'Type the join code and your name',
      driving: '{name} has the controls. You keep yours.',
      watching: 'You are watching as {name}.',
      watchingHint: 'Filter, scroll back and zoom as you like. Only the host can make changes.',
      controls: 'You have the controls, {name}.',
      controlsHint:
        'You can run, pause, step and change the fleet and its links, until the host takes them back.',
    },
  },
  {
    share: {
      section: '학급과 공유',
      button: '학급과 공유',
      buttonOn: '학급과 공유 중: {n}명이 보는 중',
      title: '학급과 공유',
      where: '학생들이 접속한 네트워크',
      thisMachine: '{address} · 이 컴퓨터에서만',
      noNetwork:
        '이 컴퓨터가 네트워크에 연결되어 있지 않습니다. 학급 네트워크에 연결한 뒤 이 창을 다시 여세요.',
      warningTitle: '시작하기 전에',
      warnNetwork: '공유를 끝내거나 프로그램을 닫을 때까지 이 컴퓨터가 그 네트워크에서 접속을 받습니다.',
      warnWatch:
        '참가 코드를 아는 사람은 여기 보이는 것을 모두 봅니다. 토픽, 페이로드, 패킷, 부하 시험 기록이 포함됩니다.',
      warnChange: '한 사람에게 조작을 넘기지 않는 한 아무도 바꿀 수 없습니다.',
      warnPlain:
        '연결은 암호화되지 않습니다. 믿을 수 있는 네트워크에서만 쓰고, 실제 비밀번호나 데이터는 쓰지 마세요.',
      start: '공유 시작',
      starting: '시작하는 중',
      address: '주소',
      code: '참가 코드',
      copyAddress: '주소 복사',
      scan: 'QR 코드를 찍거나, 주소를 열고 코드를 입력하세요',
      qr: '참가 코드를 채워 {url} 주소를 여는 QR 코드',
      valid: '앞으로 {n} 동안 참가할 수 있음',
      expired: '코드가 만료되어 새로 참가할 수 없습니다. 이미 참가한 사람은 계속 볼 수 있습니다.',
      renew: '새 코드',
      large: '크게 보기',
      people: '참가한 사람',
      count: '{max}명 중 {n}명',
      nobody: '아직 참가한 사람이 없습니다.',
      away: '자리 비움',
      hasControls: '조작 중',
      handOver: '조작 넘기기',
      handOverTo: '{name}에게 조작 넘기기',
      takeBack: '되찾기',
      takeBackFrom: '{name}에게서 조작 되찾기',
      remove: '{name} 내보내기',
      stop: '공유 끝내기',
      stopHint: '모두 내보내고 접속을 더 받지 않습니다.',
      noteControls:
        '한 번에 한 사람이 실행, 일시 정지, 단계 진행을 하고 장치와 링크를 바꿀 수 있습니다. 파일, 실험, 부하 시험, 학습, 공유는 진행자만 할 수 있습니다.',
      step1: 'QR 코드를 찍거나 이 주소를 여세요',
      step2: '참가 코드와 이름을 입력하세요',
      driving: '지금 조작하는 사람: {name}. 진행자도 계속 조작할 수 있습니다.',
      watching: '{name} 이름으로 보는 중입니다.',
      watchingHint: '거르고, 되돌려 보고, 확대하는 것은 자유입니다. 바꾸는 것은 진행자만 할 수 있습니다.',
      controls: '{name}, 지금 조작할 수 있습니다.',
      controlsHint:
        '진행자가 되찾을 때까지 실행, 일시 정지, 단계 진행을 하고 장치와 링크를 바꿀 수 있습니다.',
    },
  },
)

export const shareMessages = {
  en: { ...own.en, ...joinMessages.en },
  ko: { ...own.ko, ...joinMessages.ko },
}
