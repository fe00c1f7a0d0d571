import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { BRIDGE, type FleetlabBridge } from './contract/bridge'

const bridge: FleetlabBridge = {
  kind: 'electron',
  connect: () => ipcRenderer.send(BRIDGE.connect),
  // The path is read here: the page cannot name one, it can only hand over a file that the user gave it.
  openFile: (file) => {
    const path = webUtils.getPathForFile(file as File)
    if (path !== '') ipcRenderer.send(BRIDGE.dropped, path)
    return path !== ''
  },
}

// A MessagePort cannot cross contextBridge; a window message can carry it.
ipcRenderer.on(BRIDGE.connect, (event) => {
  window.postMessage({ type: BRIDGE.portMessage }, location.origin, [...event.ports])
})
contextBridge.exposeInMainWorld('fleetlab', bridge)
