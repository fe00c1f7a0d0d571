import { defineStore } from 'pinia'
import { ref } from 'vue'

/** "Share this moment" was asked for from anywhere: Handshakes, which has the diagram, does it once it is drawn. */
export const useMoment = defineStore('moment', () => ({ wanted: ref(false) }))
