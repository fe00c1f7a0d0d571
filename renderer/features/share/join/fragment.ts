/** Fragment of the address by which the join page learns why it is shown again. */
export const LEFT_FRAGMENT = 'left'
