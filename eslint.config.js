import prettier from 'eslint-config-prettier'
import vue from 'eslint-plugin-vue'
import tseslint from 'typescript-eslint'
import { typedParser } from './scripts/lint-parser.mjs'

const size = {
  'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
  'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
}

const WAIT = 'Wait for a condition with until() of test/helpers/until.ts, or drive the clock.'
/** Tests wait for what they test, not for a time. */
const noSleep = [
  'error',
  { selector: 'CallExpression[callee.name=/^set(Timeout|Interval)$/]', message: WAIT },
  { selector: 'CallExpression[callee.property.name="waitForTimeout"]', message: WAIT },
  {
    selector:
      'ImportDeclaration[source.value=/timers.promises$/] > ImportSpecifier[imported.name="setTimeout"]',
    message: WAIT,
  },
]

export default tseslint.config(
  {
    ignores: [
      'out',
      'dist',
      'node_modules',
      'coverage',
      '.cache',
      'test/fixtures/forbidden-imports',
      'playwright-report',
      'test-results',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  ...vue.configs['flat/recommended'],
  {
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json'],
        extraFileExtensions: ['.vue'],
        parser: typedParser,
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      ...size,
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/unbound-method': 'off',
      'vue/multi-word-component-names': 'off',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/component-api-style': ['error', ['script-setup']],
    },
  },
  { files: ['**/*.ts', '**/*.mts'], languageOptions: { parser: typedParser } },
  { files: ['**/*.vue'], rules: { 'max-lines-per-function': 'off' } },
  {
    files: ['renderer/features/**', 'renderer/ui/**', 'renderer/canvas/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { name: 'pinia', importNames: ['defineStore'], message: 'Stores live in renderer/stores.' },
      ],
    },
  },
  {
    files: ['test/**', 'bench/**'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/require-await': 'off',
      'no-console': 'off',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: { 'no-restricted-syntax': noSleep },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    ...tseslint.configs.disableTypeChecked,
    rules: { ...tseslint.configs.disableTypeChecked.rules, ...size, 'no-console': 'off' },
  },
  prettier,
)
