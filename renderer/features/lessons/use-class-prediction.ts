import type { Lesson, LessonVariant } from '@contract/lesson'
import type { VoteState } from '@contract/vote'
import { watch } from 'vue'
import { useLessons } from '../../stores/lessons'
import { useVote } from '../../stores/vote'

/** What the class predicted of this run: of a vote on it that has ended, the answer that most chose; of equals, the first. */
export function predictedBy(
  vote: VoteState,
  lesson: Pick<Lesson, 'id' | 'options'> | null,
  variant: Pick<LessonVariant, 'id'> | null,
): string | null {
  if (!vote || vote.open || !vote.counts || vote.votes === 0 || !lesson) return null
  if (vote.about?.lesson !== lesson.id || vote.about.variant !== (variant?.id ?? null)) return null
  return lesson.options[vote.counts.indexOf(Math.max(...vote.counts))]?.id ?? null
}

/**
 * When a vote on the open lesson ends, the class has predicted: the teacher need not choose once more to run it. A later vote
 * takes the place of an earlier one, and not of what the teacher chose.
 */
export function useClassPrediction(): void {
  const vote = useVote()
  const lessons = useLessons()
  watch(
    () => (vote.mayCast() ? null : predictedBy(vote.state, lessons.lesson, lessons.variant)),
    (answer) => {
      if (answer === null || lessons.outcome !== null) return
      if (lessons.prediction !== null && lessons.prediction !== lessons.ofClass) return
      lessons.prediction = lessons.ofClass = answer
    },
    { immediate: true },
  )
}
