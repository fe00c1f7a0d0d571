import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { closeQuestion } from '../../electron/shell/close-question'
import { launchFile } from '../../electron/shell/launch-file'
import { barOf } from '../../electron/shell/long-work'
import { menuTexts } from '../../electron/shell/menu-texts'
import { MIN_SIZE, minSizeOn, placeToKeep, windowArea, type Area } from '../../electron/shell/window-place'

describe('where the window opens', () => {
  const primary: Area = { x: 0, y: 25, width: 1920, height: 1055 }
  const second: Area = { x: 1920, y: 0, width: 1280, height: 1024 }
  const at = (x: number, y: number, width = 1200, height = 800) => ({ x, y, width, height, maximized: false })

  it('is the middle of the first display the first time', () => {
    expect(windowArea(null, [primary])).toEqual({ x: 240, y: 103, width: 1440, height: 900 })
  })
  it('is where it was, on any display', () => {
    expect(windowArea(at(100, 100), [primary, second])).toEqual({ x: 100, y: 100, width: 1200, height: 800 })
    expect(windowArea(at(1960, 50), [primary, second])).toMatchObject({ x: 1960, y: 50 })
  })
  it('is the first display when the one it was on is gone', () => {
    expect(windowArea(at(1960, 50), [primary])).toEqual({ x: 360, y: 153, width: 1200, height: 800 })
  })
  it('is a size that fits a display grown smaller', () => {
    expect(windowArea(at(0, 0, 1600, 1200), [{ x: 0, y: 0, width: 1280, height: 720 }])).toEqual({
      x: 0,
      y: 0,
      width: 1280,
      height: 720,
    })
  })

  it('may be smaller than the screens need where the display is', () => {
    expect(minSizeOn({ x: 0, y: 0, width: 800, height: 480 })).toEqual({ width: 800, height: 480 })
    expect(minSizeOn(primary)).toEqual(MIN_SIZE)
  })

  const area = fc.record({
    x: fc.integer({ min: -5000, max: 5000 }),
    y: fc.integer({ min: -5000, max: 5000 }),
    width: fc.integer({ min: 300, max: 6000 }),
    height: fc.integer({ min: 300, max: 4000 }),
  })
  it('lies on one display wholly, and is as large as that allows', () =>
    fc.assert(
      fc.property(area, fc.array(area, { minLength: 1, maxLength: 3 }), (place, displays) => {
        const a = windowArea({ ...place, maximized: false }, displays)
        const inside = displays.filter(
          (d) =>
            a.x >= d.x && a.y >= d.y && a.x + a.width <= d.x + d.width && a.y + a.height <= d.y + d.height,
        )
        expect(inside.length).toBeGreaterThan(0)
        expect(inside.some((d) => a.width >= Math.min(MIN_SIZE.width, d.width))).toBe(true)
      }),
    ))
})

describe('the place of the window that is kept', () => {
  const asked = { x: 100, y: 70, width: 1200, height: 800 }
  const place = (x: number, y: number, width = 1200, maximized = false) => {
    return { x, y, width, height: 800, maximized }
  }
  it('is none while nobody has moved it, wherever its frame has pushed it', () => {
    expect(placeToKeep(place(100, 90), asked, place(100, 90))).toBeNull()
    expect(placeToKeep(place(100, 90), asked, null)).toBeNull()
  })
  it('opens the window where the user has left it, without the push of the frame', () => {
    expect(placeToKeep(place(300, 290), asked, place(100, 90))).toEqual(place(300, 270))
    expect(placeToKeep(place(100, 90, 1300), asked, place(100, 90))).toEqual(place(100, 70, 1300))
    expect(placeToKeep(place(100, 90, 1200, true), asked, place(100, 90))).toEqual(place(100, 70, 1200, true))
  })
  it('keeps the size where a program is not told its place, as under Wayland', () => {
    const nowhere = { x: 0, y: 0, width: 1200, height: 800 }
    expect(placeToKeep(place(0, 0), nowhere, place(0, 0))).toBeNull()
    expect(placeToKeep(place(0, 0, 1300), nowhere, place(0, 0))).toEqual(place(0, 0, 1300))
  })
  it('is where it stands when the system had put it elsewhere', () => {
    expect(placeToKeep(place(300, 290), asked, place(900, 90))).toEqual(place(300, 290))
  })
})

describe('the file a command line names', () => {
  it.each([
    [['/opt/fleetlab', 'lab.fleetlab.yaml'], '/home/a/lab.fleetlab.yaml'],
    [['C:/fleetlab.exe', '/home/a/lab.fleetlab'], '/home/a/lab.fleetlab'],
    [['electron', '/src/app', '--inspect', '/tmp/x.YML'], '/tmp/x.YML'],
    [['/opt/fleetlab', 'file:///home/b/my%20lab.fleetlab.yaml'], '/home/b/my lab.fleetlab.yaml'],
    [['/opt/fleetlab', 'file://elsewhere/lab.yaml'], null],
    [['/opt/fleetlab', '--user-data-dir=/x.yaml', 'a.json', 'b.yaml'], '/home/a/b.yaml'],
    [['/opt/x.yaml'], null],
    [['/opt/fleetlab', '--no-sandbox', 'notes.txt'], null],
    [[], null],
  ])('%j', (argv, file) => expect(launchFile(argv, '/home/a')).toBe(file))
})

describe('what is asked before the window closes', () => {
  const t = menuTexts('en')
  it('is nothing when nothing would be lost', () => {
    expect(closeQuestion({ changed: false, loading: false, watching: 0 }, t)).toBeNull()
  })
  it.each([
    [{ changed: true, loading: false, watching: 0 }, ['save', 'close', 'cancel']],
    [{ changed: true, loading: true, watching: 3 }, ['save', 'close', 'cancel']],
    [{ changed: false, loading: true, watching: 0 }, ['close', 'cancel']],
    [{ changed: false, loading: false, watching: 3 }, ['close', 'cancel']],
  ])('%j', (state, answers) => {
    const q = closeQuestion(state, t)
    expect(q?.answers).toEqual(answers)
    expect(q?.buttons).toHaveLength(answers.length)
    // Enter and Escape lose nothing.
    expect(q?.answers[q.cancelId]).toBe('cancel')
    expect(q?.answers[q.defaultId]).not.toBe('close')
    expect(q?.detail.includes('load test')).toBe(state.loading)
    expect(q?.detail.includes('3 viewers')).toBe(state.watching === 3)
  })
})

it('the task bar shows a share where it is known, and that something goes on where it is not', () => {
  expect(barOf(null, 'win32')).toBe(-1)
  expect(barOf({ kind: 'load', fraction: 0 }, 'win32')).toBe(2)
  expect(barOf({ kind: 'experiment', fraction: 0.25 }, 'darwin')).toBe(0.25)
  // Electron knows no bar of unknown length on Linux: a full one would say that the work is done.
  expect(barOf({ kind: 'load', fraction: 0 }, 'linux')).toBe(0)
})
