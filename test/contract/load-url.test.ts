import { expect, it } from 'vitest'
import { loadSchema } from '../../electron/contract/load-config'
import { shownHeader, shownPopulation } from '../../electron/contract/load-headers'
import { isSecretName } from '../../electron/contract/secret-names'
import { HIDDEN_PARAMETER, loadUrlProblem, maskedUrls } from '../../electron/contract/load-url'

it.each([
  'embedded',
  'mqtt://127.0.0.1',
  'mqtt://127.0.0.1:1883',
  'mqtt://127.0.0.1:1883/',
  'mqtts://broker.example.org:8883',
  'mqtt://[::1]:1883',
  'mqtt://my_broker:1',
  'ws://broker:8083/mqtt?x=1',
  'wss://broker/mqtt',
  'mqtt://a:1883,mqtt://b:1883',
  'mqtts://a, mqtts://[::1]:8883',
])('%s is an address', (url) => {
  expect(loadUrlProblem(url)).toBeNull()
})

it.each([
  ['mqtt://127.0.0.1:99999', /port from 1 to 65535/],
  ['mqtt://127.0.0.1:0', /port from 1 to 65535/],
  ['mqtt://127.0.0.1:18x', /port from 1 to 65535/],
  ['mqtt://a:1883 mqtt://b:1883', /write commas between several addresses/],
  ['mqtt://a:1883,mqtts://b', /the same scheme/],
  ['mqtt://a:1883,b', /expected mqtt:\/\//],
  ['mqtt://a,mqtt://ann:secret@b', /use --username and --password-env/],
  ['embedded,embedded', /the word embedded once/],
  ['mqtt://a,', /expected mqtt:\/\//],
  ['mqtt://ann:secret@broker', /use --username and --password-env/],
  ['tcp://broker:1883', /write mqtt:\/\//],
  ['ssl://broker:8883', /write mqtts:\/\//],
  ['http://127.0.0.1', /write ws:\/\//],
  ['unix:///run/mosquitto.sock', /Unix sockets are not supported/],
  ['/run/mosquitto.sock', /Unix sockets are not supported/],
  ['mqtt://broker/path', /a path is for ws/],
  ['mqtt://', /such as mqtt:\/\/127.0.0.1:1883/],
  ['mqtt://[::1', /such as mqtt:\/\/127.0.0.1:1883/],
  ['127.0.0.1:1883', /expected mqtt:\/\//],
  ['', /expected mqtt:\/\//],
])('%s is none, and the line says why', (url, why) => {
  const problem = loadUrlProblem(url)
  expect(problem).toMatch(why)
  expect(problem).not.toContain('\n')
})

it.each([
  [' embedded', 'embedded'],
  [' mqtt://a , mqtt://b:1884 ', 'mqtt://a,mqtt://b:1884'],
])('a run has the address %j without spaces', (url, kept) => {
  expect(loadSchema.parse({ url }).url).toBe(kept)
})

it.each([
  ['mqtt://user:pw@127.0.0.1:1883', 'mqtt://…@127.0.0.1:1883'],
  ['"http://u:p@h, ws://x:y@z"', '"http://…@h, ws://…@z"'],
  ['mqtt://127.0.0.1:1883/a@b', 'mqtt://127.0.0.1:1883/a@b'],
  ['ws://h/mqtt?token=abc&site=2,ws://g?sig=x%2F#t', 'ws://h/mqtt?token=***&site=2,ws://g?sig=***#t'],
  [
    'cannot connect to wss://h?x=1&accessToken=a=b: closed',
    'cannot connect to wss://h?x=1&accessToken=***: closed',
  ],
  ['ws://h?author=me&monkey=1&tokenizer=x', 'ws://h?author=me&monkey=1&tokenizer=x'],
  ['ws://h?%74oken=abc&X-Amz-Signature=f&password=', 'ws://h?%74oken=***&X-Amz-Signature=***&password='],
  ['ws://h?sig=ab;cd', 'ws://h?sig=***'],
  ["ws://h?sig=ab?cd'ef&site=2", 'ws://h?sig=***&site=2'],
  ['ws://h?a=1;token=x,ws://g', 'ws://h?a=1;token=***,ws://g'],
  ['"ws://127.0.0.1:2/ x?token=abc"', '"ws://127.0.0.1:2/ x?token=***"'],
])('of %s a message shows %s', (text, shown) => {
  expect(maskedUrls(text)).toBe(shown)
})

it('an address whose secret a report left out is refused, since nobody can connect to it', () => {
  const refused = loadSchema.safeParse({ url: 'ws://h?token=***' })
  expect(refused.error?.issues.map((i) => i.message)).toEqual([HIDDEN_PARAMETER])
  expect(loadSchema.safeParse({ url: 'ws://h?a=1;token=***' }).success).toBe(false)
  expect(loadSchema.safeParse({ url: 'ws://h?token=abc&x=***' }).success).toBe(true)
})

it.each([
  ...[
    'Authorization',
    'Cookie',
    'X-Api-Key',
    'X-Auth-Token',
    'Proxy-Authorization',
    'apikey',
    'apiKey',
    'sig',
  ],
  ...[
    'access_token',
    'key',
    'X-Key',
    'sharedAccessSignature',
    'JWT',
    'client_secret',
    'passwd',
    'X-Session-Id',
  ],
  ...['clientsecret', 'refreshtoken', 'SASToken', 'userpassword', 'JSESSIONID', 'X-Api-Key-V2', 'api_key_id'],
  ...['PHPSESSID-token', 'api_keys', 'signingKeyOld', 'xapikey', 'userpwd', 'x-amz-signature'],
])('%s is the name of a secret', (name) => {
  expect(isSecretName(name)).toBe(true)
})

it.each([
  ['Authorization Bearer s3cr3t', 'Authorization ***'],
  ['Authorization Bearer s3:cr3t', 'Authorization ***'],
  ['X Api Key: s3cr3t', 'X ***'],
  [': Bearer s3cr3t', '***'],
  ['Authorization: Bearer s3cr3t', 'Authorization: ***'],
  ['Authorization: env:FLEETLAB_TOKEN', 'Authorization: env:FLEETLAB_TOKEN'],
  ['X-Tenant: plant', 'X-Tenant: plant'],
  ['X-Tenant', 'X-Tenant'],
  ['session=s3cr3t', 'session ***'],
  ['', ''],
])('the header %j is shown as %j', (line, shown) => {
  expect(shownHeader(line)).toBe(shown)
})

it.each([
  ['{"name": "a", "topic": "key/%i", "size": 7}', '{"name": "a", "topic": "key/%i", "size": 7}'],
  [
    String.raw`{"userProperties": ["token=ab\"cd", "b=\"2"]}`,
    String.raw`{"userProperties": ["token=***", "b=\"2"]}`,
  ],
  [String.raw`{"userProperties":["token=ab\\cd"]}`, '{"userProperties":["token=***"]}'],
  ['{"user-property": ["token s3cr3t", "to ken"]}', '{"user-property": ["token=***", "to ken"]}'],
  ['{"userProperty": "a=1\\ntoken: s3cr3t"}', String.raw`{"userProperty": "a=1\ntoken=***"}`],
  [
    '{"userProperties": [{"a": 1}, "token s3cr3t"], "size": 7}',
    '{"userProperties": [{"a": 1}, "token=***"], "size": 7}',
  ],
  [
    '{"userProperties": ["token s3cr3t"], "userProperties": []}',
    '{"userProperties": ["token=***"], "userProperties": []}',
  ],
  ['{"payload": "token=s3cr3t"}', '{"payload": "token=***"}'],
  ['{"password": 12345, "n": {"key": true}}', '{"password": "***", "n": {"key": "***"}}'],
  ['["token s3cr3t"]', '["token=***"]'],
  ['{"userProperties":["token=ab"cd"]}', '{"userProperties":["token ***'],
  ['{"userProperties": ["token s3cr3t', '{"userProperties": ["token ***'],
  ["{'userProperties': ['token=s3cr3t']}", "{'userProperties': ['token ***"],
  ['{"name": "a", "topic": "t"', '{"name": "a", "topic": "t"'],
])('the population %s is shown as %s', (line, shown) => {
  expect(shownPopulation(line)).toBe(shown)
})

it.each([
  ...['X-Author', 'X-Tenant', 'authority', 'keyboard', 'monkey', 'tokenizer', 'partition-key', 'publicKey'],
  ...['signal', 'design', 'passenger', 'Sec-WebSocket-Protocol', 'Origin', 'compass', 'sessions-per-day', ''],
])('%s is none', (name) => {
  expect(isSecretName(name)).toBe(false)
})
