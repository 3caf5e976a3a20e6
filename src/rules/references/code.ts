/** The code of the rule whose parts are in this folder. */
export const code = 'MR004';
