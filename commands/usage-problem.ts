/** Something wrong with how the program was called; the message says what to write instead. */
export class UsageProblem extends Error {}
