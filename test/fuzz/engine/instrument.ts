import { build } from 'esbuild'
import { join } from 'node:path'
import ts from 'typescript'

const root = join(import.meta.dirname, '../../..')

/** A target as one CommonJS file that reports each branch it takes to `globalThis.fuzzHit`. */
export interface Instrumented {
  code: string
  /** Branches; each has a number below this. */
  branches: number
  /** Names and texts of the project's own code: what inputs may contain. */
  words: string[]
}

/** The thread that runs a target, as one file: threads of Node 20 cannot load TypeScript. */
export async function bundleWorker(outfile: string): Promise<void> {
  const entry = join(import.meta.dirname, 'worker.ts')
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
  })
}

export async function instrument(target: string): Promise<Instrumented> {
  const { outputFiles } = await build({
    entryPoints: [join(root, `test/fuzz/targets/${target}.ts`)],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    alias: { '@contract': join(root, 'electron/contract') },
    define: { 'import.meta.url': 'importMetaUrl', 'import.meta.dirname': '__dirname' },
    banner: { js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href' },
    absWorkingDir: root,
    logLevel: 'error',
  })
  const source = ts.createSourceFile('target.js', outputFiles[0]?.text ?? '', ts.ScriptTarget.ES2022, true)
  const words = wordsOf(source)
  const counter = { branches: 0 }
  const { transformed } = ts.transform(source, [(context) => (file) => visitFile(file, context, counter)])
  const [instrumented = source] = transformed
  const code = ts.createPrinter({ removeComments: true }).printFile(instrumented)
  return { code: `const fuzzHit = globalThis.fuzzHit\n${code}`, branches: counter.branches, words }
}

const WORD = /^[^\s"'`\\]{2,24}$/

/** The strings and member names that stand in the project's own modules of the bundle. */
function wordsOf(source: ts.SourceFile): string[] {
  const modules = [...source.text.matchAll(/^\/\/ (\S+)$/gm)]
  let at = 0
  const isOwn = (pos: number): boolean => {
    while ((modules[at + 1]?.index ?? Infinity) <= pos) at++
    return /^(electron|renderer)\//.test(modules[at]?.[1] ?? '')
  }
  const words = new Set<string>()
  const visit = (node: ts.Node): void => {
    const name = ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) ? node.name.text : undefined
    const text = ts.isStringLiteral(node) ? node.text : name
    if (text !== undefined && WORD.test(text) && isOwn(node.getStart())) words.add(text)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return [...words]
}

function visitFile(
  file: ts.SourceFile,
  context: ts.TransformationContext,
  counter: { branches: number },
): ts.SourceFile {
  const f = context.factory
  const call = (): ts.Expression =>
    f.createCallExpression(f.createIdentifier('fuzzHit'), undefined, [
      f.createNumericLiteral(counter.branches++),
    ])
  const first = (x: ts.Expression): ts.Expression => f.createParenthesizedExpression(f.createComma(call(), x))
  const statement = (s: ts.Statement): ts.Block =>
    f.createBlock([f.createExpressionStatement(call()), ...(ts.isBlock(s) ? s.statements : [s])], true)
  /** Directives such as 'use strict' stay where they count. */
  const body = (b: ts.Block): ts.Block => {
    const directives = b.statements.findIndex((s) => !isDirective(s))
    const cut = directives < 0 ? b.statements.length : directives
    const hit = f.createExpressionStatement(call())
    return f.updateBlock(b, [...b.statements.slice(0, cut), hit, ...b.statements.slice(cut)])
  }
  const counted = (node: ts.Node): ts.Node => {
    if (ts.isBlock(node) && ts.isFunctionLike(original(node).parent)) return body(node)
    if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) {
      const { modifiers, parameters, equalsGreaterThanToken: arrow } = node
      return f.updateArrowFunction(node, modifiers, undefined, parameters, undefined, arrow, first(node.body))
    }
    if (ts.isIfStatement(node)) {
      const otherwise = node.elseStatement && statement(node.elseStatement)
      return f.updateIfStatement(node, node.expression, statement(node.thenStatement), otherwise)
    }
    if (ts.isCaseClause(node))
      return f.updateCaseClause(node, node.expression, [
        f.createExpressionStatement(call()),
        ...node.statements,
      ])
    if (ts.isCatchClause(node))
      return f.updateCatchClause(node, node.variableDeclaration, statement(node.block))
    if (ts.isForStatement(node)) {
      const { initializer, condition, incrementor } = node
      return f.updateForStatement(node, initializer, condition, incrementor, statement(node.statement))
    }
    if (ts.isWhileStatement(node))
      return f.updateWhileStatement(node, node.expression, statement(node.statement))
    if (ts.isConditionalExpression(node)) {
      const { condition, questionToken, whenTrue, colonToken, whenFalse } = node
      const [yes, no] = [first(whenTrue), first(whenFalse)]
      return f.updateConditionalExpression(node, condition, questionToken, yes, colonToken, no)
    }
    if (ts.isBinaryExpression(node) && LOGICAL.has(node.operatorToken.kind))
      return f.updateBinaryExpression(node, node.left, node.operatorToken, first(node.right))
    return node
  }
  const visit = (node: ts.Node): ts.Node => counted(ts.visitEachChild(node, visit, context))
  return ts.visitEachChild(file, visit, context)
}

const original = (node: ts.Node): ts.Node => ts.getOriginalNode(node)
const isDirective = (s: ts.Statement): boolean =>
  ts.isExpressionStatement(s) && ts.isStringLiteral(s.expression)
const LOGICAL: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
])
