import { contextBridge, ipcRenderer } from 'electron'
import { BRIDGE, type FleetlabBridge } from './contract/bridge'

const bridge: FleetlabBridge = {
  kind: 'electron',
  connect: () => ipcRenderer.send(BRIDGE.connect),
}

// A MessagePort cannot cross contextBridge; a window message can carry it.
ipcRenderer.on(BRIDGE.connect, (event) => {
  window.postMessage({ type: BRIDGE.portMessage }, location.origin, [...event.ports])
})
contextBridge.exposeInMainWorld('fleetlab', bridge)
