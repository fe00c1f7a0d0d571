import { defineStore } from 'pinia'
import { ref } from 'vue'

/** Whether the settings of the whole run are open: menu, palette and the dialog itself share it. */
export const useRunSettings = defineStore('run-settings', () => ({ open: ref(false) }))
