/** Packets and bytes since the broker began, of all connections. */
export class BrokerTraffic {
  received = 0
  sent = 0
  bytesReceived = 0
  bytesSent = 0

  came(bytes: number): void {
    this.received++
    this.bytesReceived += bytes
  }

  went(bytes: number): void {
    this.sent++
    this.bytesSent += bytes
  }
}
