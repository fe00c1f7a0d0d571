import { inject, provide, type InjectionKey, type Ref } from 'vue'
import type { Hints } from './blank'

/** What a form knows besides its values, for every field in it. */
interface FormNotes {
  /** What is wrong, by the path of the field, such as `answers.0.reply.topic`. */
  errors: Readonly<Ref<Readonly<Record<string, string>>>>
  /** Names to choose from, by the name of the field. */
  hints: Readonly<Ref<Hints>>
}
const NOTES: InjectionKey<FormNotes> = Symbol('notes of a form')

export const provideNotes = (notes: FormNotes): void => provide(NOTES, notes)
export const useNotes = (): FormNotes | null => inject(NOTES, null)
