import { defineStore } from 'pinia'
import { ref } from 'vue'

/** Whether the settings of the whole run, or its phases, are open: menu, palette and the dialogs themselves share it. */
export const useRunSettings = defineStore('run-settings', () => ({ open: ref(false), phases: ref(false) }))
