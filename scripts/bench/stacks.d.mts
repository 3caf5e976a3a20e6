/** The text of the stack file with a number. */
export declare function stackFile(number: number): string;
