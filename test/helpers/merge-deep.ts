/** Puts `over` on top of `base`, objects member by member, except where a model is named anew. */
export function mergeDeep(base: unknown, over: unknown): unknown {
  const isObject = (v: unknown): v is Record<string, unknown> =>
    typeof v === 'object' && v !== null && !Array.isArray(v)
  if (!isObject(base) || !isObject(over) || 'model' in over) return over === undefined ? base : over
  return { ...base, ...Object.fromEntries(Object.entries(over).map(([k, v]) => [k, mergeDeep(base[k], v)])) }
}
