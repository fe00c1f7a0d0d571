import { app } from 'electron'

/** The folder of this user's data that Electron keeps for the application. */
export const userDataFolder = (): string => app.getPath('userData')
