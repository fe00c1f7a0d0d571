const inner = '(mqtt|capture|traffic|ledger|link)'
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment: 'an import the tool cannot resolve escapes every other rule',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'contract-is-a-leaf',
      severity: 'error',
      from: { path: '^electron/contract/' },
      to: { path: '^(electron|renderer|test)/', pathNot: '^electron/contract/' },
    },
    {
      name: 'engine-sees-only-contract',
      severity: 'error',
      from: { path: '^electron/engine/' },
      to: { path: '^(electron|renderer|test)/', pathNot: '^electron/(engine|contract)/' },
    },
    {
      name: 'only-shell-imports-electron',
      severity: 'error',
      from: { pathNot: '^(electron/shell/|electron/preload.ts|test/e2e/)' },
      to: { path: '(^|node_modules/)electron($|/)', pathNot: '^electron/' },
    },
    {
      name: 'renderer-sees-only-contract',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^electron/', pathNot: '^electron/contract/' },
    },
    {
      name: 'renderer-no-node',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'hosts-do-not-see-each-other',
      severity: 'error',
      comment: 'cli composes the web host: fleetlab serve is the web host started from the command line',
      from: { path: '^electron/(shell|web)/' },
      to: { path: '^electron/(shell|cli|web)/', pathNot: '^electron/$1/' },
    },
    {
      name: 'cli-no-shell',
      severity: 'error',
      from: { path: '^electron/cli/' },
      to: { path: '^electron/shell/' },
    },
    {
      name: 'store-knows-no-host',
      severity: 'error',
      comment: 'what every host keeps on the disk stands on engine and contract alone',
      from: { path: '^electron/store/' },
      to: { path: '^electron/(shell|cli|web)/' },
    },
    {
      name: 'engine-inner-parts-are-siblings',
      severity: 'error',
      comment: 'wire-level parts know no sibling but mqtt and the files at the root of engine',
      from: { path: `^electron/engine/${inner}/` },
      to: { path: '^electron/engine/[^/]+/', pathNot: ['^electron/engine/$1/', '^electron/engine/mqtt/'] },
    },
    {
      name: 'fleet-may-use-link',
      severity: 'error',
      from: { path: '^electron/engine/fleet/' },
      to: { path: '^electron/engine/[^/]+/', pathNot: '^electron/engine/(fleet|link|mqtt)/' },
    },
    {
      name: 'broker-knows-mqtt-only',
      severity: 'error',
      from: { path: '^electron/engine/broker/' },
      to: { path: '^electron/engine/[^/]+/', pathNot: '^electron/engine/(broker|mqtt)/' },
    },
    { name: 'not-to-test', severity: 'error', from: { pathNot: '^(test|bench)/' }, to: { path: '^test/' } },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.vue', '.mjs', '.js', '.json', '.d.ts'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
