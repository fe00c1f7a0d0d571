import { defineMessages } from '../../../i18n/define'

/** Texts of the join page, which loads nothing of the rest. */
export const joinMessages = defineMessages(
  {
    join: {
      title: 'Join the class',
      lead: 'You will see this class’s MQTT Fleet Lab session live. You can look around but not change anything.',
      code: 'Join code',
      codeHint: '8 digits, on the projector',
      name: 'Your name',
      nameHint: 'Shown to the teacher',
      go: 'Join',
      going: 'Joining',
      left: 'You are no longer in this class: the teacher removed you, or you were away for too long.',
      'wrong-code': 'Wrong join code. Check the projector and type it again.',
      expired: 'This code has expired. Ask for a new one.',
      'bad-name': 'Type a name with at least one letter or digit.',
      full: 'The class is full. Ask the teacher to remove people who have left.',
      'too-many': 'Too many wrong codes. Try again in {n} s.',
      'bad-request': 'The request was not understood. Reload the page and try again.',
      foreign: 'This page was opened from somewhere else. Open the address on the projector.',
      unreachable: 'The teacher’s computer does not answer. Are you on the class network?',
      language: 'Language',
    },
  },
  {
    join: {
      title: '학급 참가',
      lead: '이 학급의 MQTT Fleet Lab 화면을 실시간으로 봅니다. 둘러볼 수는 있지만 바꿀 수는 없습니다.',
      code: '참가 코드',
      codeHint: '프로젝터에 보이는 숫자 8자리',
      name: '이름',
      nameHint: '선생님에게 보입니다',
      go: '참가',
      going: '참가하는 중',
      left: '이 학급에서 나왔습니다. 선생님이 내보냈거나 오래 자리를 비웠습니다.',
      'wrong-code': '참가 코드가 다릅니다. 프로젝터를 보고 다시 입력하세요.',
      expired: '만료된 코드입니다. 새 코드를 물어보세요.',
      'bad-name': '글자나 숫자가 하나 이상 있는 이름을 입력하세요.',
      full: '자리가 없습니다. 나간 사람을 내보내 달라고 선생님에게 말하세요.',
      'too-many': '틀린 코드가 너무 많았습니다. {n}초 뒤에 다시 시도하세요.',
      'bad-request': '요청이 올바르게 전달되지 않았습니다. 페이지를 새로 고친 뒤 다시 시도하세요.',
      foreign: '다른 곳에서 열린 페이지입니다. 프로젝터에 보이는 주소를 여세요.',
      unreachable: '선생님 컴퓨터가 응답하지 않습니다. 학급 네트워크에 접속되어 있나요?',
      language: '언어',
    },
  },
)
