import vue from '@vitejs/plugin-vue'
import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

const alias = { '@contract': resolve(import.meta.dirname, 'electron/contract') }

export default defineConfig({
  plugins: [vue()],
  resolve: { alias },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', 'test/fixtures/**', 'node_modules/**'],
    // only ends what hangs: a machine that is busy with something else is no fault of a test
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // what process tests start; a worker keeps its modules from file to file, which is most of the time of small files
    globalSetup: 'test/helpers/built.ts',
    setupFiles: 'test/helpers/fixed-seed.ts',
    pool: 'forks',
    isolate: false,
    maxWorkers: '100%',
  },
})
