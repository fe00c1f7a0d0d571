import { expect, test } from 'vitest'
import { loadTarget } from '../../electron/contract/load'
import { urlFromElsewhere } from '../../electron/contract/loopback'

test('a pupil is given the address by which their computer reaches the broker, or none', () => {
  const from = (url: string) => urlFromElsewhere(url, '192.168.0.7')
  expect(from('mqtt://0.0.0.0:1883')).toBe('mqtt://192.168.0.7:1883')
  expect(from('ws://[::]:8083')).toBe('ws://192.168.0.7:8083')
  expect(from('mqtt://192.168.0.9:1883')).toBe('mqtt://192.168.0.9:1883')
  expect(from('mqtt://127.0.0.1:1883')).toBeNull()
  expect(from('http://127.0.0.1/')).toBeNull()
  expect(urlFromElsewhere('mqtt://127.0.0.1:1884', '127.0.0.1')).toBe('mqtt://127.0.0.1:1884')
})

test('a load test goes elsewhere as soon as one of its addresses does', () => {
  expect(loadTarget('mqtt://127.0.0.1,mqtt://[::1]:1884')).toBe('loopback')
  expect(loadTarget('mqtt://127.0.0.1,mqtt://broker.example')).toBe('elsewhere')
  expect(loadTarget('mqtt://127.0.0.1,broker.example')).toBeNull()
})
