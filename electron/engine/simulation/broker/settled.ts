/**
 * The answer of a store that never has to wait. aedes waits for its persistence between the steps of a publish;
 * with promises each step costs a turn, retained and plain messages take a different number of turns, and so one
 * overtakes the other. A thenable that calls back at once keeps every message in the order it came [MQTT-4.6.0-6].
 */
export interface Settled<T> {
  then<R>(done: (value: T) => R): Settled<R>
  catch(): Settled<T>
  finally(done: () => void): Settled<T>
}

export function settled<T>(value: T): Settled<T> {
  const self: Settled<T> = {
    then: (done) => settled(done(value)),
    catch: () => self,
    finally: (done) => {
      done()
      return self
    },
  }
  return self
}
