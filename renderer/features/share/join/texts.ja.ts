import type { TextsOf } from '../../../i18n/define'
import type { joinMessages } from './messages'

/** Japanese of the join page. */
export const joinJa: TextsOf<typeof joinMessages> = {
  join: {
    title: 'クラスに参加',
    lead: 'このクラスの MQTT Fleet Lab をライブで見ます。自由に見て回れますが、変更はできません。',
    code: '参加コード',
    codeHint: 'プロジェクターに映っている 8 桁の数字',
    name: '名前',
    nameHint: '先生に表示されます',
    go: '参加',
    going: '参加しています',
    left: 'もうこのクラスにいません。先生が退出させたか、離れていた時間が長すぎました。',
    'wrong-code': '参加コードが違います。プロジェクターを見て、もう一度入力してください。',
    expired: 'このコードは期限切れです。新しいコードを聞いてください。',
    'bad-name': '文字か数字を 1 つ以上含む名前を入力してください。',
    full: 'クラスは満員です。いなくなった人を退出させるよう、先生に頼んでください。',
    'too-many': '間違ったコードが多すぎます。{n} 秒後にもう一度試してください。',
    'bad-request': '要求を理解できませんでした。ページを再読み込みして、もう一度試してください。',
    foreign: 'このページは別の場所から開かれました。プロジェクターに映っているアドレスを開いてください。',
    unreachable: '先生のコンピューターが応答しません。クラスのネットワークに接続していますか？',
    language: '言語',
  },
}
