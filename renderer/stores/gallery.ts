import { defineStore } from 'pinia'
import { ref } from 'vue'

/** Whether the gallery of scenarios and lessons is open: menu, palette, first hint and the dialog itself share it. */
export const useGallery = defineStore('gallery', () => ({ open: ref(false) }))
