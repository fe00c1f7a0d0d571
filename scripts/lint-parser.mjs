// The parser of eslint's rules with types. Left alone, typescript-eslint makes the types of the entire project again for
// each component, since it cannot keep a component's script in a program. In one run of the command nothing changes on
// disk: here one program holds every source file and every component's script.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import tseslint from 'typescript-eslint'
import { parse } from 'vue/compiler-sfc'
import { parseForESLint as parseComponent } from 'vue-eslint-parser'
import { root } from './build-once.mjs'

const COMPONENTS = [{ extension: '.vue', isMixedContent: true, scriptKind: ts.ScriptKind.Deferred }]

/** vue-eslint-parser writes the parameters of a generic component into its script. */
function scriptAsParsed(source, filePath) {
  let text = ''
  const parser = {
    parseForESLint(code, { project, ...options }) {
      if (project) text = code
      return tseslint.parser.parseForESLint(code, options)
    },
  }
  parseComponent(source, { filePath, parser, project: true, sourceType: 'module' })
  return text
}

/** As vue-eslint-parser gives the script to a parser; where the two differ, the project's own program is used. */
function scriptOf(file) {
  const source = readFileSync(file, 'utf8')
  const { script, scriptSetup } = parse(source, { sourceMap: false }).descriptor
  if (scriptSetup?.attrs.generic) return scriptAsParsed(source, file)
  return (scriptSetup ?? script)?.content ?? ''
}

function createProgram() {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, 'tsconfig.json'),
    { allowNonTsExtensions: true, incremental: false, tsBuildInfoFile: undefined },
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
        throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'))
      },
    },
    undefined,
    undefined,
    COMPONENTS,
  )
  const host = ts.createCompilerHost(config.options, true)
  const { getSourceFile } = host
  host.getSourceFile = (file, options, ...rest) =>
    file.endsWith('.vue')
      ? ts.createSourceFile(file, scriptOf(file), options, true, ts.ScriptKind.TS)
      : getSourceFile(file, options, ...rest)
  return ts.createProgram(config.fileNames, config.options, host)
}

/** eslint hides the mark of a program's first line as a comment. */
const asLinted = (text) => text.replace(/^#!/, '//')

function createParser() {
  const program = createProgram()
  return {
    meta: { name: 'one-program', version: ts.version },
    parseForESLint(code, options) {
      const held = options.project ? program.getSourceFile(options.filePath) : undefined
      const same = held !== undefined && asLinted(held.text) === code
      return tseslint.parser.parseForESLint(
        code,
        same ? { ...options, project: undefined, programs: [program] } : options,
      )
    },
  }
}

/** An editor, or a run that fixes, sees text that is not on disk yet: typescript-eslint's own way serves those. */
const once = /eslint(\.js)?$/.test(process.argv[1] ?? '') && !process.argv.includes('--fix')

export const typedParser = once ? createParser() : tseslint.parser
