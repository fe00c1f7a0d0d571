import type { EngineApi } from '@contract/api'
import { useEventListener } from '@vueuse/core'
import { onScopeDispose, type Ref } from 'vue'
import { useConnection } from '../../stores/connection'
import { useDesk } from '../../stores/desk'
import { useGallery } from '../../stores/gallery'
import { useGate } from '../../stores/gate'
import { useMoment } from '../../stores/moment'
import { useRunSettings } from '../../stores/run-settings'
import { useScenario } from '../../stores/scenario'
import { useSettings } from '../../stores/settings'
import { useStatus } from '../../stores/status'
import { useWorkspace } from '../../stores/workspace'
import { commands, handleKey, useCommands, type Command } from '../../ui/commands'
import { useScreens } from '../profile'
import { screens } from '../registry'
import { useBarCommands } from './bar-commands'
import { navigate } from '../router'
import { useScenarioFile } from '../../stores/scenario-file'

/** What a command asks of the engine, where that is not granted to every page. */
const NEEDS: Readonly<Record<string, keyof EngineApi | undefined>> = {
  run: 'control',
  step: 'setGate',
  stop: 'control',
  restart: 'control',
  new: 'newScenario',
  open: 'openScenario',
  gallery: 'openScenario',
  undo: 'updateGroup',
  redo: 'updateGroup',
  'redo-mac': 'updateGroup',
  about: 'getAbout',
}

/** Dialogs of the shell, by whether they are open. */
export interface ShellDialogs {
  palette: Ref<boolean>
  shortcuts: Ref<boolean>
  about: Ref<boolean>
  documentation: Ref<boolean>
}

/** To each screen of the profile. */
function goCommands(): Command[] {
  const shown = useScreens()
  return screens.map((s, i) => ({
    id: `go-${s.id}`,
    title: `nav.${s.id}`,
    section: 'section.go',
    keys: String(i + 1),
    enabled: () => shown.value.includes(s),
    hidden: () => !shown.value.includes(s),
    run: () => navigate(s.id),
  }))
}

/** Commands that hold on every screen, and the one listener all commands are reached by. */
export function useShellCommands(dialogs: ShellDialogs): void {
  const { palette, shortcuts } = dialogs
  const status = useStatus()
  const gate = useGate()
  const gallery = useGallery()
  const settings = useSettings()
  const file = useScenarioFile()
  useHostCommands()
  useBarCommands()

  const runOrPause = (): Promise<void> => {
    const run = status.status?.run
    return status.control(run === 'running' ? 'pause' : run === 'finished' ? 'restart' : 'run')
  }
  const run = { section: 'section.run' }
  const view = { section: 'section.view' }
  const edit = { section: 'section.edit' }
  const connection = useConnection()
  const allowed = (c: Command): Command => {
    const needs = NEEDS[c.id]
    return needs === undefined ? c : { ...c, enabled: () => connection.may(needs) }
  }
  const all: Command[] = [
    ...goCommands(),
    { id: 'run', title: 'top.runPause', keys: 'P', ...run, run: runOrPause },
    { id: 'step', title: 'top.step', keys: 'Shift+S', ...run, run: gate.toggle },
    { id: 'stop', title: 'top.stop', keys: 'Shift+X', ...run, run: () => status.control('stop') },
    { id: 'restart', title: 'top.restart', keys: 'Shift+R', ...run, run: () => status.control('restart') },
    { id: 'new', title: 'file.new', ...edit, run: file.create },
    { id: 'open', title: 'file.open', keys: 'Ctrl+O', ...edit, run: file.choose },
    { id: 'gallery', title: 'gallery.title', keys: 'Shift+G', ...edit, run: () => (gallery.open = true) },
    { id: 'save', title: 'file.saveYaml', keys: 'Ctrl+S', ...edit, run: () => file.save('yaml') },
    { id: 'save-as', title: 'file.saveAs', ...edit, run: () => file.save('yaml', true) },
    { id: 'save-json', title: 'file.saveJson', ...edit, run: () => file.save('json', true) },
    { id: 'export-pcapng', title: 'file.exportPackets', ...edit, run: file.exportPackets },
    { id: 'undo', title: 'file.undo', keys: 'Ctrl+Z', inFields: false, ...edit, run: file.undo },
    { id: 'redo', title: 'file.redo', keys: 'Ctrl+Y', inFields: false, ...edit, run: file.redo },
    { id: 'redo-mac', title: 'file.redo', keys: 'Ctrl+Shift+Z', inFields: false, ...edit, run: file.redo },
    { id: 'language', title: 'app.language', keys: 'Shift+L', ...view, run: settings.toggleLanguage },
    { id: 'theme', title: 'app.theme', keys: 'Shift+T', ...view, run: settings.toggleTheme },
    { id: 'projector', title: 'app.projector', keys: 'Shift+P', ...view, run: settings.toggleProjector },
    { id: 'palette', title: 'app.commands', keys: 'Ctrl+K', ...view, run: () => (palette.value = true) },
    { id: 'shortcuts', title: 'app.shortcuts', keys: '?', ...view, run: () => (shortcuts.value = true) },
    {
      id: 'documentation',
      title: 'app.documentation',
      ...view,
      run: () => (dialogs.documentation.value = true),
    },
    { id: 'about', title: 'app.about', ...view, run: () => (dialogs.about.value = true) },
  ]
  useCommands(all.map(allowed))

  useEventListener(window, 'keydown', (e) => {
    if (!palette.value && !shortcuts.value) handleKey(e)
  })
}

/** Opens the publish desk and the settings of the run from anywhere. */
function useEditCommands(): void {
  const desk = useDesk()
  const settings = useRunSettings()
  const file = useScenarioFile()
  const moment = useMoment()
  const status = useStatus()
  const connection = useConnection()
  const run = (): void => {
    desk.show()
    navigate('traffic')
  }
  const section = 'section.edit'
  useCommands([
    { id: 'publish', title: 'desk.command', section, enabled: () => connection.may('publish'), run },
    {
      id: 'share-moment',
      title: 'handshakes.shareMoment',
      section,
      run: () => {
        moment.wanted = true
        navigate('handshakes')
      },
    },
    {
      id: 'keep-run',
      title: 'file.keepRun',
      section,
      enabled: () => !status.recorded,
      run: () => file.keepRun(),
    },
    {
      id: 'run-settings',
      title: 'option.title',
      section,
      enabled: () => connection.may('setRun'),
      run: () => (settings.open = true),
    },
    {
      id: 'phases',
      title: 'forms.phases',
      section,
      enabled: () => connection.may('setRun'),
      run: () => (settings.phases = true),
    },
  ])
}

/** The desk, and what the host asks: a command of its menu, a file to open. It asks itself before a window closes with changes. */
function useHostCommands(): void {
  useEditCommands()
  const workspace = useWorkspace()
  const connection = useConnection()
  const scenario = useScenario()
  const file = useScenarioFile()
  const stop = [
    workspace.onOffer((o) => file.offered(o.id)),
    workspace.onCommand((id) => void commands.value.findLast((c) => c.id === id)?.run()),
  ]
  onScopeDispose(() => {
    for (const f of stop) f()
  })
  useEventListener(window, 'beforeunload', (e) => {
    if (scenario.dirty && connection.host?.kind !== 'electron') e.preventDefault()
  })
}
