/** Every error a person can meet in a file they wrote, by its stable code. Source of docs/reference/errors.md. */
export const CODES = {
  MG001: 'The text is not YAML.',
  MG002: 'A key is unknown here.',
  MG003: 'A key is missing.',
  MG004: 'A value is of the wrong kind.',
  MG005: 'A value is not one of those that fit.',
  MG006: 'Exactly one of several keys has to be there.',
  MG007: 'Nobody could reach the stack.',
  MG020: 'Two things share one host.',
  MG021: 'Two programs open one port on the call nodes.',
  MG022: 'Call traffic has no way in: no tunnel or proxy carries UDP.',
  MG023: "A host is deeper than the tunnel's certificate at the edge covers.",
  MG024: "A host lies outside the tunnel's zone.",
  MG025: 'A local name is given to something the stack does not have.',
  MG026: 'An amount is below what the program lives with.',
  MG027: 'Element offers calls that nothing carries.',
  MG028: "The namespace is one of the cluster's own.",
  MG029: 'The name does not fit a stack.',
  MG030: 'A Secret is named for two purposes.',
  MG031: 'The address of public call nodes cannot be reached from the Internet.',
  MG032: 'A toleration says a value that has no meaning.',
  MG034: 'An image tag does not fit what this release configures.',
  MG035: "The tags of Jitsi's four programs differ.",
  MG036: 'More is requested than the limit allows.',
  MG037: "A call port lies within Kubernetes' node ports.",
  MG038: 'A port range is not a range.',
  MG040: 'Two stack files claim one name or namespace.',
} as const;

/** One of {@link CODES}. */
export type Code = keyof typeof CODES;
