import { defineMessages } from '../../i18n/define'

/** Texts of what is printed. */
export const printMessages = defineMessages(
  {
    print: {
      title: 'Print a worksheet…',
      hint: 'A4. The worksheet has blanks for the arrows and the counts of this run; the answer key has them filled in.',
      what: 'What to print',
      both: 'Both',
      worksheet: 'Worksheet',
      key: 'Answer key',
      print: 'Print…',
      picture: 'Sequence diagram',
      name: 'Name',
      class: 'Class',
      date: 'Date',
      task: 'Each number is a packet that is sent. Draw its arrow to the other line, write the packet’s name on it, and end it with ✕ where the packet is lost. Then fill in the counts.',
      seed: 'seed {n}',
      count: { packets: 'Packets sent', lost: 'Packets lost', copies: 'Copies that subscribers got' },
    },
  },
  {
    print: {
      title: '학습지 인쇄…',
      hint: 'A4. 학습지에는 이번 실행의 화살표와 개수 자리가 비어 있고, 정답지에는 채워져 있습니다.',
      what: '인쇄할 것',
      both: '둘 다',
      worksheet: '학습지',
      key: '정답지',
      print: '인쇄…',
      picture: '시퀀스 다이어그램',
      name: '이름',
      class: '반',
      date: '날짜',
      task: '번호는 보내는 패킷 하나를 뜻합니다. 상대 선까지 화살표를 그리고 그 위에 패킷 이름을 쓰세요. 패킷이 사라지는 곳에는 ✕를 그리세요. 그런 다음 개수를 채우세요.',
      seed: '시드 {n}',
      count: { packets: '보낸 패킷', lost: '사라진 패킷', copies: '구독자가 받은 메시지 수' },
    },
  },
)
