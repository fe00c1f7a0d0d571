interface Component {
  'bom-ref': string
  name: string
  [field: string]: unknown
}
/** The parts of a CycloneDX bill that are read. */
export interface Bill {
  metadata: { component: Component; [field: string]: unknown }
  components: Component[]
  dependencies: { ref: string; dependsOn: string[] }[]
  [field: string]: unknown
}
/** Keeps of npm's bill what is shipped; throws when a listed package has no entry. */
export function shippedBill(bill: Bill, listed: { name: string; version: string }[], name: string): Bill
