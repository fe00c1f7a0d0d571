import type { ScreenId } from '@contract/shown'
import type { Component } from 'vue'

/** One screen of the left rail. Its name stands in the texts as `nav.<id>`. */
export interface Screen {
  id: ScreenId
  load: () => Promise<{ default: Component }>
}
