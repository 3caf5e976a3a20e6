import { NEWEST_SCHEMA } from './schemas.ts';

/** Where a new stack file leads its reader. */
export interface NewStackPlaces {
  /** The schema for editors, seen from the file; undefined where it has no place that can be committed. */
  readonly schema: string | undefined;
}

/**
 * The text of a first stack file: what nearly everybody needs, with the rest in comments.
 *
 * @param serverName a valid one
 */
export function newStackText(serverName: string, { schema }: NewStackPlaces): string {
  const reference = schema?.replace(/stack\.schema\.json$/, 'docs/reference/stack-file.md');
  return `${schema === undefined ? '' : `# yaml-language-server: $schema=${schema}\n`}${
    reference === undefined
      ? ''
      : `# Every key is explained in ${reference}, and most editors complete them.\n`
  }schema: ${NEWEST_SCHEMA}
# The part after the colon in @user:${serverName}. It can never change.
serverName: ${serverName}
expose:
  # The Internet reaches the stack through Traefik, with certificates from this ClusterIssuer of cert-manager.
  public:
    via: traefik
    tls: {issuer: {name: letsencrypt}}
# Synapse at matrix.${serverName} and its database are always there. Element Web is at element.${serverName}:
element: {}
# Calls (livekit) and meetings (jitsi): remove the "# " of what you want, and write the public address of your call node.
# livekit: {}
# jitsi: {access: password}
# callNodes: {addresses: {public: 203.0.113.7}}
`;
}
