import { readSaid, type SaidLine, type SaidPatterns } from '../../i18n/said'

/** Named groups are values; the group `why` is a line of its own. */
const PATTERNS: SaidPatterns = [
  ['cannotConnect', /^cannot connect to (?<url>\S+): (?<why>.*)$/],
  [
    'tooFew',
    /^only (?<n>\S+) of (?<all>\S+) clients? connected to (?<url>\S+) within (?<s>[\d.]+) s(?:: (?<why>.*?))?; use fewer clients or a longer --connect-timeout or --ramp(?:; --min-connected 95% begins with those that connect)?$/,
  ],
  [
    'tooFewRefused',
    /^only (?<n>\S+) of (?<all>\S+) clients? connected to (?<url>\S+) within (?<s>[\d.]+) s: (?<why>.*?)(?:; --min-connected 95% begins with those that connect)?$/,
  ],
  [
    'tooFewSubscribers',
    /^only (?<n>\S+) of (?<all>\S+) subscribers? connected to (?<url>\S+) within (?<s>[\d.]+) s(?:: (?<why>.*?))?; use fewer clients or a longer --connect-timeout or --ramp(?:; --min-connected 95% begins with those that connect)?$/,
  ],
  [
    'tooFewSubscribersRefused',
    /^only (?<n>\S+) of (?<all>\S+) subscribers? connected to (?<url>\S+) within (?<s>[\d.]+) s: (?<why>.*?)(?:; --min-connected 95% begins with those that connect)?$/,
  ],
  [
    'ended',
    /^(?<n>\S+) clients? to (?<url>\S+): (?<why>.*?)(?:; --min-connected 95% begins with those that connect)?$/,
  ],
  ['ofClient', /^client (?<client>.+?): (?<why>CONNACK 0x.*)$/],
  ['atBroker', /^(?<url>(?:mqtt|ws)s?:\/\/\S+): (?<why>.*)$/],
  [
    'lostAll',
    /^all connections to (?<url>\S+) were lost and none came back within (?<s>[\d.]+) s: (?<why>.*)$/,
  ],
  ['stoppedEarly', /^stopped before publishing started$/],
  ['stopped', /^stopped by the user$/],
  [
    'silentWorkers',
    /^the figures of (?<n>\S+) of (?<all>\S+) workers? are missing: they did not report within (?<s>\S+) s; .*$/,
  ],
  ['late', /^(?<n>\S+?) ?% of the messages were sent more than 10 ms late$/],
  ['busy', /^a worker was busy (?<n>\S+?) ?% of the time: use more workers or more computers$/],
  ['heldUp', /^a worker was blocked repeatedly for (?<n>\d+) ms$/],
  ['stoodStill', /^a worker stood still for (?<n>\S+?) ?% of the time: this computer gave it no CPU$/],
  [
    'inFlight',
    /^(?<n>\S+) of the (?<all>\S+) messages in the acknowledgement latencies were in flight at the end; each counts .*$/,
  ],
  [
    'neverArrived',
    /^(?<n>\S+) of the (?<all>\S+) messages in the end-to-end latencies never arrived: (?<lost>\S+) lost, (?<rest>\S+) in flight; each counts .*$/,
  ],
  [
    'neverArrivedWarm',
    /^(?<n>\S+) of the (?<all>\S+) messages in the end-to-end latencies never arrived; each counts .*$/,
  ],
  ['eachReceiver', /^in the end-to-end latencies a message counts once for each of its receivers$/],
  ['clocks', /^(?<n>\S+) messages arrived before they were sent, by up to (?<ms>\S+) ms: .*$/],
  ['drifted', /^p99 rose from (?<first>\S+) ms in the first quarter to (?<last>\S+) ms in the last$/],
  [
    'behind',
    /^the offered rate was not met: from second (?<s>\S+) on (?<n>\S+) of (?<all>\S+) messages per second got through, and each second a message had to wait (?<more>\S+) ms longer, up to (?<most>\S+) ms$/,
  ],
  ['away', /^the broker was away for about (?<s>\S+) s; (?<n>\S+) clients reconnected$/],
  ['neverConnected', /^(?<n>\S+) connection attempts were never answered$/],
  ['unconfirmed', /^(?<n>\S+) connections got no answer to their last PINGREQ: .*$/],
  ['notAll', /^(?<n>\d+) of (?<all>\d+) clients were connected when the connect time was over$/],
  ['refused', /^connection refused: nothing is listening there$/],
  ['reset', /^connection reset by the broker$/],
  ['noAnswer', /^no response: host down or blocked by a firewall$/],
  ['noHost', /^host unreachable$/],
  ['noNetwork', /^network unreachable$/],
  ['noName', /^no such host name$/],
  ['noLookup', /^the host name could not be resolved$/],
  ['openFiles', /^the open file limit of this process is reached \(ulimit -n\)$/],
  ['noPorts', /^no local address or port: .*$/],
  ['selfSigned', /^the certificate (?:is|chain is) self-signed: .*--ca-file$/],
  ['unknownCa', /^the certificate is signed by an unknown CA: .*--ca-file$/],
  ['expired', /^the certificate has expired$/],
  ['otherHost', /^the certificate is for another host name: .*--server-name$/],
  ['sessionLost', /^the broker lost the session$/],
  ['wantsCert', /^the broker requires a client certificate: .*$/],
  ['noTls', /^the broker does not speak TLS on this port: .*$/],
  ['noMoreClients', /^(?<code>CONNACK 0x[^;]*); it takes no more clients now: .*$/],
  ['clientIdRefused', /^(?<code>CONNACK 0x[^;]*); check --client-id$/],
  ['otherServer', /^(?<code>CONNACK 0x[^;]*); check --url$/],
  ['login', /^(?<code>.*(?:password|authorized)[^;]*); check --username and --password-env$/],
  ['version', /^(?<code>.*protocol version[^;]*); try --protocol 3\.1\.1 or 5\.0$/],
  ['lowersQos', /^(?<why>.*); it lowers QoS 2 to QoS 1: use --qos 1$/],
  ['tryWillQos', /^(?<why>.*); try --will-qos 0$/],
  ['tryVersion', /^(?<why>.*); if it does not speak MQTT 5\.0, use --protocol 3\.1\.1$/],
  [
    'tryWill',
    /^(?<why>.*); it may not take wills at QoS (?<qos>\d): try --will-qos 0, or without --will-topic$/,
  ],
  ['atFirst', /^(?<why>.*) at the first message$/],
  [
    'atFirstSize',
    /^(?<why>.*) at the first message; it may not take a payload of (?<size>\S+) bytes?: try a smaller --size$/,
  ],
  [
    'atFirstQos',
    /^(?<why>.*) at the first message; it may not let this client publish there, or not take QoS (?<qos>\d): try --qos (?<less>\d)$/,
  ],
  [
    'atFirstRetained',
    /^(?<why>.*) at the first message; it may not let this client publish there, or not take retained messages: try without --retain$/,
  ],
  [
    'atFirstBoth',
    /^(?<why>.*) at the first message; it may not let this client publish there, or not take QoS (?<qos>\d) or retained messages: try --qos (?<less>\d) or without --retain$/,
  ],
  ['noRetained', /^the broker keeps no retained messages, which --retain needs$/],
  ['noShared', /^the broker offers no shared subscriptions, which --topology shared-subscription needs$/],
  [
    'noWildcards',
    /^the broker offers no wildcard subscriptions, which --topology (?<kind>\S+) needs here: (?<filter>.*)$/,
  ],
  ['mostQos', /^the broker supports at most QoS (?<qos>\d)$/],
  ['mostBytes', /^the broker accepts packets of at most (?<n>\S+) bytes$/],
  ['noFirstAnswer', /^no answer to a first message within (?<s>\S+) s$/],
  ['refusesMessage', /^the broker refuses a message of the run: (?<code>.*)$/],
  ['connack', /^(?<code>CONNACK 0x[^;]*)$/],
  ['closed', /^connection closed by the broker$/],
  ['noConnack', /^no CONNACK within (?<s>\S+) s$/],
  ['noPong', /^no PINGRESP within the keep-alive time$/],
  ['noMqtt', /^no MQTT broker: its first packet is not CONNACK$/],
  ['malformed', /^malformed packet from the broker: (?<what>.*)$/],
  ['strangePacket', /^a packet that a broker must not send: type (?<type>\d+)$/],
  ['wrongKind', /^an acknowledgement of the wrong kind: type (?<type>\d+) at QoS (?<qos>\d)$/],
  ['notOfCa', /^the certificate is not signed by the CA of --ca-file$/],
  ['handshake', /^the broker refused the TLS handshake: .*$/],
  ['untrusted', /^the broker does not trust the client certificate$/],
  ['tlsFailed', /^the TLS handshake failed: .*$/],
  ['badAddress', /^the system refused the address \(see --local-address\)$/],
  ['filesHere', /^the open file limit of this computer is reached$/],
  ['noFile', /^expected a readable file on the computer that runs the engine$/],
  ['noPem', /^expected a file in PEM format$/],
  ['noEnv', /^expected an environment variable that was set when the engine started$/],
]

/** A line of the engine taken apart, so that the page can say it in its language; null for one it does not know. */
export const readLine = (line: string): SaidLine | null => readSaid(PATTERNS, line)

/** Every key, for the texts' test. */
export const LINE_KEYS = PATTERNS.map(([key]) => key)
