/** Why the playground cannot start, as a sentence for who started it; any other error is a mistake of ours and keeps its stack. */
export class CannotStart extends Error {}
