/**
 * What Electron's sandboxed preload loader gives a preload, as a script for the page: `require('electron')` and a few
 * globals, no Node. The bridge copies values and wraps functions, as contextBridge does. Files lie in `folder`.
 */
export function sandboxedPreload(preload: string, folder: string): string {
  return `(() => {
    const listeners = new Map()
    const ports = new Map()
    const send = window.__doubleSend
    const toMain = window.__doublePort
    delete window.__doubleSend
    delete window.__doublePort
    const toBase64 = (bytes) => {
      let text = ''
      for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768))
      return btoa(text)
    }
    const fromBase64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
    const bridge = (value) => {
      if (typeof value === 'function') return (...args) => bridge(value(...args.map((a) => structuredClone(a))))
      if (value === null || typeof value !== 'object') return value
      return Object.freeze(Object.fromEntries(Object.entries(value).map(([k, v]) => [k, bridge(v)])))
    }
    Object.defineProperty(window, '__double', { value: {
      emit(channel, message, ids) {
        const given = ids.map((id) => {
          const { port1, port2 } = new MessageChannel()
          ports.set(id, port2)
          port2.onmessage = ({ data }) => {
            const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : data
            toMain(id, bytes instanceof Uint8Array ? toBase64(bytes) : bytes)
          }
          return port1
        })
        for (const f of listeners.get(channel) ?? []) f({ ports: given, sender: null }, message)
      },
      port(id, data) { ports.get(id)?.postMessage(data === null ? null : fromBase64(data)) },
    } })
    const electron = {
      ipcRenderer: {
        on(channel, f) { listeners.set(channel, [...(listeners.get(channel) ?? []), f]) },
        send(channel, ...args) { send(channel, structuredClone(args)) },
      },
      webUtils: { getPathForFile: (file) => file.size > 0 ? ${JSON.stringify(folder)} + '/' + file.name : '' },
      contextBridge: {
        exposeInMainWorld(key, value) {
          Object.defineProperty(window, key, { value: bridge(value), enumerable: true })
        },
      },
    }
    const require = (name) => {
      if (name === 'electron') return electron
      throw new Error('module not found: ' + name)
    }
    const module = { exports: {} }
    ;(function (require, module, exports, process) {\n${preload}\n})(require, module, module.exports, {
      platform: 'linux', env: {}, versions: {},
    })
  })()`
}
