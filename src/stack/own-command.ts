/**
 * A command of this program within a message, such as `secrets create --stack chat`. How the program is called depends
 * on where it runs, which only the command line knows: it puts what works there in the place of this text
 * (src/cli/invocation.ts).
 *
 * @param words what follows the name of the program; words that come from a file go through `shellWord`
 */
export function ownCommand(words: string): string {
  return `\`matrix-gitops ${words}\``;
}

const OWN_COMMAND = /`matrix-gitops ([^`]+)`/g;

/**
 * A text with every {@link ownCommand} in it put another way.
 *
 * @param spelt the whole command, by the words that follow the name of the program
 */
export function withOwnCommands(text: string, spelt: (words: string) => string): string {
  // Most texts hold none.
  if (!text.includes('`matrix-gitops ')) return text;
  return text.replaceAll(OWN_COMMAND, (_, words: string) => `\`${spelt(words)}\``);
}
