import { configureGlobal } from 'fast-check'

const DEFAULT_SEED = 7

/** The properties are tried on the same values every time, or on those of FAST_CHECK_SEED when others are wanted. */
configureGlobal({ seed: Number(process.env['FAST_CHECK_SEED'] ?? DEFAULT_SEED) })
