import { ipcMain, MessageChannelMain, type IpcMainEvent } from 'electron'
import { BRIDGE } from '../contract/bridge'
import type { Channel } from '../contract/channel'
import { createMessagePortChannel } from './message-port-channel'
import { isOwnPage } from './window'

/** True when a message comes from the top frame of our own page. */
function isFromPage(event: IpcMainEvent): boolean {
  const frame = event.senderFrame
  return frame !== null && frame.parent === null && isOwnPage(frame.url)
}

/** Hands on the path of a file that was dropped on our page; the preload read it, the page cannot name one. */
export function serveDrops(onFile: (path: string) => void): void {
  ipcMain.on(BRIDGE.dropped, (event, path: unknown) => {
    if (isFromPage(event) && typeof path === 'string') onFile(path)
  })
}

/** Gives every page that asks a port of its own; a page that asks again, after a reload, loses the old one. */
export function servePorts(serve: (channel: Channel) => void): void {
  const open = new Map<number, Channel>()
  ipcMain.on(BRIDGE.connect, (event) => {
    if (!isFromPage(event)) return
    const { sender } = event
    open.get(sender.id)?.close()
    const { port1, port2 } = new MessageChannelMain()
    const channel = createMessagePortChannel(port1)
    open.set(sender.id, channel)
    sender.once('destroyed', () => channel.close())
    serve(channel)
    sender.postMessage(BRIDGE.connect, null, [port2])
  })
}
