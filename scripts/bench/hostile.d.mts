/** Stack files made to take time and memory, by what they are. */
export declare const HOSTILE: Readonly<Record<string, () => string>>;
