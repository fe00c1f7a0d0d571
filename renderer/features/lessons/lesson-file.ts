/** Asks the user for a lesson file. */
export function chooseLessonFile(chosen: (file: File) => void): void {
  const input = document.createElement('input')
  input.type = 'file'
  input.accept = '.yaml,.yml,.json'
  input.onchange = () => {
    const file = input.files?.[0]
    if (file) chosen(file)
  }
  input.click()
}
